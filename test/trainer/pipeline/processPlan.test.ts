import {describe, expect, it} from 'vitest';
import type {EngineConfig} from '../../../trainer/contract/config.ts';
import type {RunRecord} from '../../../trainer/contract/records.ts';
import {planProcesses} from '../../../trainer/pipeline/processPlan.ts';

const cpu: RunRecord['engine'] = {name: 'tensorflow', version: '2.18.0', device: 'CPU', threads: 8};
const gpu: RunRecord['engine'] = {...cpu, device: 'GPU'};
const wasm: RunRecord['engine'] = {...cpu, name: 'wasm', threads: 1};
const auto: EngineConfig = {name: 'auto'};

describe('processes of a run', () => {
  it.each([
    ['one for each core, with one thread each', auto, cpu, {stages: 20, fit: 99, cores: 8}, 8, 1],
    ['no more than stages, which share the cores', auto, cpu, {stages: 3, fit: 99, cores: 8}, 3, 2],
    ['no more than fit into the memory', auto, cpu, {stages: 20, fit: 2, cores: 8}, 2, 4],
    ['one at a time on a GPU', auto, gpu, {stages: 20, fit: 99, cores: 8}, 1, 8],
    ['as many as the config says, also on a GPU', {...auto, processes: 2}, gpu, {stages: 20, fit: 1, cores: 8}, 2, 4],
    ['with the threads of the config', {...auto, threads: 5}, cpu, {stages: 20, fit: 99, cores: 8}, 8, 5],
    ['at least one with one thread', {...auto, processes: 4}, wasm, {stages: 0, fit: 1, cores: 1}, 1, 1],
    [
      'one thread at least where processes outnumber cores',
      {...auto, processes: 4},
      cpu,
      {stages: 9, fit: 9, cores: 2},
      4,
      1,
    ],
  ] as const)('are %s', (_, config, settled, bounds, parallel, threads) => {
    expect(planProcesses(config, settled, bounds)).toEqual({parallel, engine: {name: settled.name, threads}});
  });

  it('compute on the engine that the run settled on, whatever the config leaves open', () => {
    expect(planProcesses(auto, wasm, {stages: 1, fit: 1}).engine.name).toBe('wasm');
  });
});
