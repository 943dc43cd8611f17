import {describe, expect, it} from 'vitest';
import type {RunRecord} from '../../../../trainer/contract/run/records.ts';
import {engineChange} from '../../../../trainer/pipeline/owner/engineChange.ts';

const begun: RunRecord['engine'] = {name: 'tensorflow', version: '2.20.0', device: 'CPU', threads: 2};

describe('the engine of a resumed run', () => {
  it('is told of by nothing where it is the one that the run was begun with', () => {
    expect(engineChange(begun, {...begun})).toBeNull();
  });

  it.each([
    ['version', {version: '2.21.0'}, 'tensorflow 2.21.0 on the CPU with 2 threads'],
    ['device', {device: 'GPU'}, 'tensorflow 2.20.0 on the GPU with 2 threads'],
    ['threads', {threads: 1}, 'tensorflow 2.20.0 on the CPU with 1 thread:'],
    ['engine', {name: 'wasm'}, 'wasm 2.20.0 on the CPU'],
    ['adapter', {adapter: 'llvmpipe'}, 'on the CPU (llvmpipe) with'],
  ] as const)('is told of when another %s goes on', (_, change, text) => {
    const message = engineChange(begun, {...begun, ...change});
    expect(message).toContain('begun with tensorflow 2.20.0 on the CPU with 2 threads');
    expect(message).toContain(`goes on with ${text.startsWith('on') ? '' : text}`);
    expect(message).toContain(text);
  });
});
