import {mkdir, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import type {Report} from '../../../../trainer/contract/run/report.ts';
import {drawCurves} from '../../../../trainer/pipeline/report/curves.ts';
import {reportRanges} from '../../../../trainer/contract/overview/reportRanges.ts';
import {stageTitle} from '../../../../trainer/contract/overview/stageTitle.ts';
import {modelColour} from '../../../../trainer/pipeline/report/modelColour.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {legendOf, textsOf} from '../../chart/svgText.ts';
import {syntheticConfig, syntheticEvents, syntheticReport, writeEvents} from './syntheticRun.ts';

describe('drawCurves', () => {
  it('draws the four charts of a whole run', async () => {
    const {files, picture} = await draw(syntheticEvents(200));
    expect(files).toEqual([
      'held-out-difference.svg',
      'loss-curves.svg',
      'consistency-curves.svg',
      'loss-per-timestep.svg',
    ]);
    for (const file of files) {
      const svg = await picture(file);
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="900"/);
      expect(svg).toContain('prefers-color-scheme:dark');
      expect(svg).not.toMatch(/<script|href|NaN|undefined/);
    }
    expect(textsOf(await picture('loss-curves.svg'))).toContain('moving average (raw values behind), log scale');
  });

  it('names all trained stages, and only those with a teacher among the consistency losses', async () => {
    const {picture} = await draw(syntheticEvents(200));
    const trained = ['ordinary', 'expert-0', 'expert-1', 'expert-2', 'expert-3'];
    expect(await inLegend(picture('loss-curves.svg'))).toEqual(trained);
    expect(await inLegend(picture('loss-per-timestep.svg'))).toEqual(trained);
    expect(await inLegend(picture('consistency-curves.svg'))).toEqual(trained.slice(1));
    expect(await inLegend(picture('held-out-difference.svg'))).toEqual([...trained, 'ensemble', 'merged']);
  });

  it('writes the same bytes for the same run', async () => {
    const [first, second] = [await draw(syntheticEvents(100)), await draw(syntheticEvents(100))];
    for (const file of first.files) {
      expect((await readFile(join(first.folder, file))).equals(await readFile(join(second.folder, file)))).toBe(true);
    }
  });

  it('leaves out charts without anything to show', async () => {
    expect((await draw([])).files).toEqual(['held-out-difference.svg']);
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
  return {folder, files, picture: async (file: string) => readFile(join(folder, file), 'utf8')};
}

/** Models with their own colour in the legend of a chart, each by what people call it. */
async function inLegend(loading: Promise<string>): Promise<string[]> {
  const ranges = reportRanges(syntheticReport());
  const names = ['ordinary', 'expert-0', 'expert-1', 'expert-2', 'expert-3', 'ensemble', 'merged'];
  return legendOf(await loading).map(([label, colour]) => {
    const name = names.find((model) => stageTitle(model, ranges) === label.replace(/ \(\d+\)$/, ''));
    expect(colour).toBe(modelColour(name ?? expect.fail(label)));
    return name ?? '';
  });
}
