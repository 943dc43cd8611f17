import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import type {Stage} from '../../../../trainer/contract/run/stage.ts';
import {precisionWarnings, requirePrecisions} from '../../../../trainer/pipeline/resources/runPrecision.ts';

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
  it('is refused where the engine has none, by the name of the setting', () => {
    const refusal = (given: DemeConfig, ...of: Stage[]) => {
      return expect(() => requirePrecisions(given, stages(...of), wasm));
    };
    refusal(config({precision: 'bf16'}), expert).toThrow(
      expect.objectContaining({
        code: 'precision-unsupported',
        hint: expect.stringContaining('Set decouple.precision to f32') as string,
      }),
    );
    refusal(config({teacherPrecision: 'f16'}), expert).toThrow('in f32 only, not in f16');
    refusal(config({}, {precision: 'bf16'}), evaluation).toThrow(
      expect.objectContaining({hint: expect.stringContaining('evaluate.sampling.precision') as string}),
    );
  });

  it('is no matter for stages that do not compute in it', async () => {
    for (const [given, ...of] of [
      [config({teacherPrecision: 'bf16'}, {precision: 'bf16'}), ordinary, {kind: 'merge'}],
      [config({teacherPrecision: 'bf16', consistency: 0}), expert],
      [config({precision: 'f32'}), expert],
    ] as const) {
      expect(() => requirePrecisions(given, stages(...of), wasm)).not.toThrow();
      expect(await precisionWarnings(given, stages(...of), wasm, [])).toEqual([]);
    }
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
