import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {EvaluateConfig} from '../../../../trainer/contract/config/evaluateConfig.ts';
import type {DifferingImages} from '../../../../trainer/contract/scores/differingImages.ts';
import {decodePng, encodePng} from '../../../../trainer/data/pictures/png.ts';
import {differingImages} from '../../../../trainer/pipeline/report/differingImages.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {writeSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeGrid} from './syntheticRun.ts';

const side = 4;
const count = 80;

/** Features of 80 images: those of the merged model lie 3 and 4 times as far from the base as the number in `apart` says. */
async function runWith(apart: Readonly<Record<number, number>>): Promise<string> {
  const run = await temporaryFolder();
  await mkdir(runPaths.report(run));
  for (const model of ['base', 'merged']) {
    const from = model === 'merged' ? 100 : 0;
    await writeGrid(run, model, side, (i) => (from + i) / 127.5 - 1);
    const values = Float32Array.from({length: count * 2}, (_, i) => {
      const moved = model === 'merged' ? (apart[Math.floor(i / 2)] ?? 0.01) : 0;
      return i + (i % 2 === 0 ? 3 : 4) * moved;
    });
    const tensor = {name: 'features', shape: [count, 2], dtype: 'F32' as const, read: () => values};
    await writeSafetensors(runPaths.features(run, model), [tensor], {});
  }
  return run;
}

const config = (changes: object = {}) => EvaluateConfig.parse({features: 'digits', samples: count, ...changes});
/** Number 70 is no image of the grid, which has 64. */
const apart = {70: 9, 5: 3, 63: 2, 0: 1};

/** Levels at the middle of the first images of each row of a picture. */
async function levels(run: string): Promise<number[][]> {
  const picture = decodePng(await readFile(join(runPaths.report(run), 'differing-base-merged.png')));
  const at = (column: number, row: number) => {
    const [x, y] = [column, row].map((place) => place * (side + 2) + 1) as [number, number];
    return picture.pixels[(y * picture.width + x) * picture.channels] ?? NaN;
  };
  expect([picture.width, picture.height]).toEqual([8 * side + 7 * 2, 2 * side + 2]);
  return [0, 1].map((row) => [0, 1, 2].map((column) => at(column, row)));
}

/** Number and distance of the first three, whose distances are of the precision of their features. */
const first = (found: DifferingImages | undefined) =>
  (found?.images ?? []).slice(0, 3).map(({index, distance}) => [index, Number(distance.toPrecision(6))]);

describe('the images that differ most', () => {
  it('are sought among those of the grid, and drawn with those of the other model below them', async () => {
    const run = await runWith(apart);
    const [found, ...others] = await differingImages(run, config(), runPaths.report(run));
    expect(others).toEqual([]);
    expect(found).toMatchObject({models: ['base', 'merged'], network: 'digits', compared: 64});
    expect(first(found)).toEqual([
      [5, 15],
      [63, 10],
      [0, 5],
    ]);
    expect(found?.images).toHaveLength(8);
    expect(await levels(run)).toEqual([
      [5, 63, 0],
      [105, 163, 100],
    ]);
  });

  it('are sought among all where each is kept', async () => {
    const run = await runWith(apart);
    for (const model of ['base', 'merged']) {
      await mkdir(runPaths.drawnImages(run, model));
      for (let i = 0; i < count; i++) {
        const level = i + (model === 'merged' ? 100 : 0);
        const name = `${String(i).padStart(2, '0')}.png`;
        const png = encodePng(new Uint8Array(side * side).fill(level), side, side, 1);
        await writeFile(join(runPaths.drawnImages(run, model), name), png);
      }
    }
    const keep = ['features', 'images'];
    const [found] = await differingImages(run, config({keep}), runPaths.report(run));
    expect(found?.compared).toBe(80);
    expect(first(found)).toEqual([
      [70, 45],
      [5, 15],
      [63, 10],
    ]);
    expect((await levels(run))[0]).toEqual([70, 5, 63]);
  });

  it('are told by number where none is kept, as where the grid shows prompts', async () => {
    const run = await runWith(apart);
    const prompts = config({sampling: {prompts: ['a', 'b']}});
    const [found] = await differingImages(run, prompts, runPaths.report(run));
    expect(found).toMatchObject({compared: 80, picture: null});
    expect(first(found)[0]).toEqual([70, 45]);
  });

  it('are none without features of both', async () => {
    const run = await runWith(apart);
    expect(await differingImages(run, config({features: 'none'}), runPaths.report(run))).toEqual([]);
    await rm(runPaths.features(run, 'merged'));
    expect(await differingImages(run, config(), runPaths.report(run))).toEqual([]);
  });
});
