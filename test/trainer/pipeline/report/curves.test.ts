import {mkdir, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import type {Report} from '../../../../trainer/contract/run/report.ts';
import {decodePng} from '../../../../trainer/data/pictures/png.ts';
import {drawCurves} from '../../../../trainer/pipeline/report/curves.ts';
import {modelColour} from '../../../../trainer/pipeline/report/modelColour.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {colourRows, colourRuns} from '../../chart/colourRuns.ts';
import {syntheticConfig, syntheticEvents, syntheticReport, writeEvents} from './syntheticRun.ts';

describe('drawCurves', () => {
  it('draws the four charts of a whole run', async () => {
    const {files, picture} = await draw(syntheticEvents(200));
    expect(files).toEqual([
      'held-out-difference.png',
      'loss-curves.png',
      'consistency-curves.png',
      'loss-per-timestep.png',
    ]);
    for (const file of files) expect(await picture(file)).toMatchObject({width: 1200, height: 700, channels: 3});
  });

  it('names all trained stages, and only those with a teacher among the consistency losses', async () => {
    const {picture} = await draw(syntheticEvents(200));
    const trained = ['ordinary', 'expert-0', 'expert-1', 'expert-2', 'expert-3'];
    expect(await inLegend(picture('loss-curves.png'))).toEqual(trained);
    expect(await inLegend(picture('loss-per-timestep.png'))).toEqual(trained);
    expect(await inLegend(picture('consistency-curves.png'))).toEqual(trained.slice(1));
    expect(await inLegend(picture('held-out-difference.png'))).toEqual([...trained, 'ensemble', 'merged']);
  });

  it('writes the same bytes for the same run', async () => {
    const [first, second] = [await draw(syntheticEvents(100)), await draw(syntheticEvents(100))];
    for (const file of first.files) {
      expect((await readFile(join(first.folder, file))).equals(await readFile(join(second.folder, file)))).toBe(true);
    }
  });

  it('leaves out charts without anything to show', async () => {
    expect((await draw([])).files).toEqual(['held-out-difference.png']);
    const {base} = syntheticReport().heldOut;
    const alone = await draw([], {...syntheticReport(), heldOut: base ? {base} : {}});
    expect(alone.files).toEqual([]);
    expect(await readdir(alone.folder)).toEqual([]);
  });
});

async function draw(events: readonly RunEvent[], report: Report = syntheticReport()) {
  const run = await temporaryFolder();
  const folder = join(run, 'report');
  await mkdir(folder);
  await writeEvents(run, events);
  const files = (await drawCurves(run, syntheticConfig(200), report, folder)).map(({file}) => file);
  return {folder, files, picture: async (file: string) => decodePng(await readFile(join(folder, file)))};
}

/** Models whose colour fills a legend swatch of 26 x 6 pixels. */
async function inLegend(loading: Promise<ReturnType<typeof decodePng>>): Promise<string[]> {
  const picture = await loading;
  const models = ['base', 'ordinary', 'expert-0', 'expert-1', 'expert-2', 'expert-3', 'ensemble', 'merged'];
  const isSwatch = (model: string) => {
    const lengths = colourRows(picture, modelColour(model)).map((y) =>
      colourRuns(picture, y, modelColour(model)).at(-1),
    );
    return lengths.filter((run) => run && run[0] > 900 && run[1] === 26).length >= 6;
  };
  return models.filter((model) => model !== 'base' && isSwatch(model));
}
