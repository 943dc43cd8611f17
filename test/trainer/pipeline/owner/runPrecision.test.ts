import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import type {Stage} from '../../../../trainer/contract/run/stage.ts';
import {precisionWarnings} from '../../../../trainer/pipeline/owner/runPrecision.ts';

const tensorflow = {name: 'tensorflow', device: 'CPU'} as const;
const wasm = {name: 'wasm', device: 'CPU'} as const;

function config(decouple: object, sampling: object = {}): DemeConfig {
  return DemeConfig.parse({
    name: 'a',
    base: 'b',
    data: {kind: 'mnist'},
    decouple: {ranges: 1, ...decouple},
    ordinary: true,
    evaluate: {sampling},
  });
}

const stages = (...given: Stage[]) => given.map((stage) => ({stage}));
const expert = {kind: 'expert', index: 0} as const;
const ordinary = {kind: 'ordinary'} as const;
const evaluation = {kind: 'evaluate', model: {kind: 'base'}} as const;

describe('the precision of a run', () => {
  it('is refused where the engine has none, by the name of the setting', async () => {
    const refusal = (given: DemeConfig, ...of: Stage[]) => precisionWarnings(given, stages(...of), wasm, null);
    await expect(refusal(config({precision: 'bf16'}), expert)).rejects.toMatchObject({
      code: 'precision-unsupported',
      hint: expect.stringContaining('Set decouple.precision to f32') as string,
    });
    await expect(refusal(config({teacherPrecision: 'f16'}), expert)).rejects.toThrow('in f32 only, not in f16');
    await expect(refusal(config({}, {precision: 'bf16'}), evaluation)).rejects.toMatchObject({
      hint: expect.stringContaining('evaluate.sampling.precision') as string,
    });
  });

  it('is no matter for stages that do not compute in it', async () => {
    const given = config({teacherPrecision: 'bf16'}, {precision: 'bf16'});
    expect(await precisionWarnings(given, stages(ordinary, {kind: 'merge'}), wasm, [])).toEqual([]);
    const alone = config({teacherPrecision: 'bf16', consistency: 0});
    expect(await precisionWarnings(alone, stages(expert), wasm, [])).toEqual([]);
    expect(await precisionWarnings(config({precision: 'f32'}), stages(expert), wasm, [])).toEqual([]);
  });

  it('is warned of where the processor has no instructions for it, and only there', async () => {
    const warnings = (precision: string, fast: ('bf16' | 'f16')[] | null, device: 'CPU' | 'GPU' = 'CPU') =>
      precisionWarnings(config({precision}), stages(expert), {...tensorflow, device}, fast);
    expect(await warnings('bf16', [])).toEqual([
      expect.stringMatching(/^decouple\.precision is bf16, but this processor .*avx512_bf16.* slower than f32/),
    ]);
    expect(await warnings('f16', ['bf16'])).toHaveLength(1);
    expect(await warnings('bf16', ['bf16'])).toEqual([]);
    expect(await warnings('bf16', null)).toEqual([]);
    expect(await warnings('bf16', [], 'GPU')).toEqual([]);
  });
});
