import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {decodePng} from '../../../../trainer/data/pictures/png.ts';
import {drawBeforeAfter} from '../../../../trainer/pipeline/report/beforeAfter.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textsOf} from '../../chart/svgText.ts';
import {syntheticConfig, writeGrid} from './syntheticRun.ts';

const side = 28;
/** Length of six images with gaps of two pixels. */
const corner = 6 * side + 5 * 2;

describe('drawBeforeAfter', () => {
  it('shows the first 6 x 6 images of base and merged side by side, enlarged', async () => {
    const run = await runWithGrids('base', 'merged');
    const pictures = await drawBeforeAfter(run, syntheticConfig(10), runPaths.report(run));
    expect(pictures.map(({file}) => file)).toEqual(['before-after.svg']);
    const svg = await readFile(join(runPaths.report(run), 'before-after.svg'), 'utf8');
    const pictures64 = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, bytes = '']) => bytes);
    const [before, after] = pictures64.map((bytes) => decodePng(Buffer.from(bytes, 'base64')));
    for (const [picture, from] of [
      [before, 0],
      [after, 100],
    ] as const) {
      expect(picture).toMatchObject({width: corner, height: corner});
      const at = (x: number, y: number) => picture?.pixels[(y * corner + x) * picture.channels];
      const levels = [0, 1, 5].flatMap((row) => [0, 5].map((column) => at(cell(column), cell(row))));
      expect(levels).toEqual([0, 5, 8, 13, 40, 45].map((level) => from + level));
    }
    expect(textsOf(svg)).toEqual(['Before and after (same seeds)', 'before: base', 'after: merged']);
  });

  it('is left out where a model has no samples', async () => {
    const run = await runWithGrids('base');
    expect(await drawBeforeAfter(run, syntheticConfig(10), runPaths.report(run))).toEqual([]);
  });
});

/** Grids of 8 x 8 images; image i of the base has the grey level i, of the merged model 100 + i. */
async function runWithGrids(...models: string[]): Promise<string> {
  const run = await temporaryFolder();
  await mkdir(runPaths.report(run));
  for (const model of models) {
    const from = model === 'merged' ? 100 : 0;
    await writeGrid(run, model, side, (i) => (from + i) / 127.5 - 1);
  }
  return run;
}

/** Middle of image `index` along a side. */
function cell(index: number): number {
  return index * (side + 2) + side / 2;
}
