import {mkdir} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {EvaluateConfig} from '../../../../trainer/contract/config/evaluateConfig.ts';
import {imageDistances} from '../../../../trainer/pipeline/report/imageDistances.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {writeSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** Features on a plane: those of the merged model lie (3 i, 4 i) from those of the base, real images at (1000, 0) and at the origin. */
async function runWith(models: readonly string[]): Promise<string> {
  const run = await temporaryFolder();
  const places: Readonly<Record<string, (i: number) => readonly [number, number]>> = {
    base: () => [0, 1],
    merged: (i) => [3 * i, 1 + 4 * i],
    reference: (i) => [i === 300 ? 0 : 1000, 0],
  };
  for (const model of models) {
    const count = model === 'reference' ? 301 : 20;
    const values = Array.from({length: count}, (_, i) => places[model]?.(i) ?? []).flat();
    const tensor = {name: 'features', shape: [count, 2], dtype: 'F32' as const, read: () => Float32Array.from(values)};
    await mkdir(runPaths.evaluation(run, model), {recursive: true});
    await writeSafetensors(runPaths.features(run, model), [tensor], {});
  }
  return run;
}

const config = (changes: object = {}) => EvaluateConfig.parse({features: 'digits', samples: 20, grid: 4, ...changes});
const models = ['base', 'merged', 'ensemble'];

describe('the distances of the images of grids', () => {
  it('are those to the base from the same noise, and to the nearest real image', async () => {
    const found = await imageDistances(await runWith(['base', 'merged', 'reference']), config(), models);
    expect(found).toEqual({
      network: 'digits',
      toBase: {merged: [0, 5, 10, 15]},
      toReal: {base: [1, 1, 1, 1], merged: [0, 1, 2, 3].map((i) => Math.sqrt((3 * i) ** 2 + (1 + 4 * i) ** 2))},
      real: 301,
    });
  });

  it('are only those to the base where no features of real images are kept', async () => {
    const found = await imageDistances(await runWith(['base', 'merged']), config(), models);
    expect(found).toMatchObject({toBase: {merged: [0, 5, 10, 15]}, toReal: {}, real: 0});
  });

  it('are none without the base, without features, without a grid, and for a grid of prompts', async () => {
    const run = await runWith(['base', 'merged']);
    expect(await imageDistances(await runWith(['merged']), config(), models)).toBeNull();
    expect(await imageDistances(run, undefined, models)).toBeNull();
    expect(await imageDistances(run, config({features: 'none'}), models)).toBeNull();
    expect(await imageDistances(run, config({grid: 0}), models)).toBeNull();
    expect(await imageDistances(run, config({sampling: {prompts: ['a', 'b']}}), models)).toBeNull();
  });
});
