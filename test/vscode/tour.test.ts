import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Locator} from 'playwright-core';
import {expect} from 'vitest';
import type {Report} from '../../trainer/contract/run/report.ts';
import {readNotes} from '../../trainer/store/run/runNotes.ts';
import {choose} from '../helpers/editor/choose.ts';
import {shownConfig} from '../helpers/runs/shownRun.ts';
import {writeTriedRuns} from '../helpers/runs/triedRuns.ts';
import {drawnWidth} from './drawnWidth.ts';
import {storyFolder} from './storyFolder.ts';
import {eventually, story, Workbench} from './workbench.ts';

story('a tour of runs: verdict, scores, samples, table, comparison, and a report to pass on', async () => {
  const folder = await storyFolder({'digits.deme.yaml': shownConfig});
  const [, second, third] = await writeTriedRuns(folder, {report: withDistances});
  const workbench = await Workbench.open(folder);
  await workbench.openFile('digits.deme.yaml');
  await workbench.lens('Open panel').click();
  await choose(workbench.panel, 'Run', 'digits-1');

  await seeOverview(workbench);
  await seeScores(workbench);
  await seeSamples(workbench);
  await workInTable(workbench, {second, third, file: join(folder, 'runs.csv')});
  await compareTwo(workbench);
  await passOnReport(workbench, join(folder, 'mine.html'));
});

/** Image 9 is the farthest from real ones, then 18 and 27; the nearest is image 0, then 55. */
function withDistances(report: Report): Report {
  const merged = Array.from({length: 64}, (_, i) => 1 + ((7 * i) % 64));
  return {...report, imageDistances: {network: 'digits', toBase: {}, toReal: {merged}, real: 2000}};
}

async function seeOverview({page, panel}: Workbench): Promise<void> {
  const verdict = panel.getByRole('region', {name: 'Verdict'});
  await verdict
    .getByText(/^Merged is better than the base by held-out loss \(0\.38\s%, 12 standard errors\), but/)
    .waitFor();
  const stages = panel.getByRole('list', {name: 'Stages of the run'}).getByRole('listitem');
  // Five trainings, the search, the merge, the evaluation and the report.
  await eventually(() => stages.allInnerTexts()).toEqual(Array(9).fill(expect.stringMatching(/\sdone\b/)));
  for (const model of ['base', 'merged']) {
    const image = panel.getByRole('img', {name: `Samples of ${model}`, exact: true});
    await eventually(() => drawnWidth(image)).toBe(gridWidth);
  }
  await panel.getByRole('img', {name: /^Held-out loss by timestep, difference to the base\. merged: /}).waitFor();
  await panel.getByRole('group', {name: /^Loss by timestep/}).focus();
  await page.keyboard.press('ArrowLeft');
  await panel
    .getByText(/^t 750 to 999: loss of the base 6.763e-4 .*; expert 3, t 750 to 999 -4.988 ± 0.046 %;/)
    .waitFor();
}

/** Eight digits of 28 pixels, and what is between them. */
const gridWidth = 8 * 28 + 7 * 2;

/** The best score and the baseline are marked, and a term explains itself and gives the focus back. */
async function seeScores({page, panel}: Workbench): Promise<void> {
  await panel.getByRole('tab', {name: 'Evaluation'}).click();
  await panel.getByRole('columnheader', {name: 'base (baseline)'}).waitFor();
  const best = panel.getByRole('row', {name: /^Fréchet distance ?by /}).getByRole('cell', {name: '(best)'});
  expect(await best.allTextContents()).toEqual([expect.stringMatching(/^29\.98 ± 0\.35 ★/)]);
  const term = panel.getByRole('button', {name: 'KID', exact: true}).first();
  await term.focus();
  await page.keyboard.press('Enter');
  const glossary = panel.getByRole('dialog', {name: 'Glossary'});
  await eventually(() => glossary.locator(':focus').innerText()).toMatch(/^KID\s+Kernel Inception distance/);
  await page.keyboard.press('Escape');
  await glossary.waitFor({state: 'hidden'});
  await eventually(() => panel.locator(':focus').innerText()).toBe('KID');
}

/** Differences, two models in one place, and the order of the images. */
async function seeSamples(workbench: Workbench): Promise<void> {
  const {page, panel} = workbench;
  await panel.getByRole('tab', {name: 'Samples'}).click();
  await choose(panel, 'Show', 'differences to the base');
  const difference = (factor: number) =>
    panel.getByRole('img', {name: new RegExp(`^Samples of merged minus those of base, ${factor} times as strong`)});
  // Of each model but the base, once its pixels have been read.
  await eventually(() => panel.getByText(/^mean difference [\d.]+ % of full scale$/).count()).toBe(7);
  const before = await pixelsOf(difference(4));
  await choose(panel, 'Amplified', '8 x');
  await eventually(() => pixelsOf(difference(8))).not.toBe(before);
  await choose(panel, 'Show', 'samples');

  await choose(panel, 'Compare', 'base');
  await choose(panel, 'with', 'merged');
  const place = panel.getByRole('region', {name: 'Two models in one place'});
  await place.getByText('Left: base. Right: merged.').waitFor();
  await place.getByRole('slider', {name: 'Edge between the two'}).fill('30');
  const cut = place.locator('.wipe-over');
  await eventually(() => cut.getAttribute('style')).toContain('30%');
  await choose(panel, 'by', 'difference');
  await place.getByRole('heading', {name: 'merged − base'}).waitFor();
  await place.getByRole('img', {name: /^Samples of merged minus those of base, 8 times as strong/}).waitFor();
  await choose(panel, 'by', 'flicker');
  await place.getByText('Shown: base').waitFor();
  await place.getByRole('button', {name: 'Show the other'}).focus();
  await page.keyboard.press('Enter');
  await place.getByText('Shown: merged').waitFor();
  await alternate(workbench, place);

  const order = (first: string) =>
    panel.getByText(`nearest of 2,000 real ones, between their features by digits: ${first}`);
  await choose(panel, 'Order by', 'worst: farthest from real images');
  await order('9 (64), 18 (63), 27 (62)').waitFor();
  const merged = panel
    .getByRole('region', {name: 'Sample grids'})
    .getByRole('img', {name: 'Samples of merged', exact: true});
  const worst = await pixelsOf(merged);
  await choose(panel, 'Order by', 'best: nearest to real images');
  await order('0 (1), 55 (2), 46 (3)').waitFor();
  await eventually(() => pixelsOf(merged)).not.toBe(worst);
}

/** Two models by turns, until it is stopped; only where motion is welcome. */
async function alternate({page, panel}: Workbench, place: Locator): Promise<void> {
  const button = place.getByRole('button', {name: 'Alternate'});
  expect(await button.count()).toBe(0);
  await page.emulateMedia({reducedMotion: 'no-preference'});
  await choose(panel, 'by', 'wipe');
  await choose(panel, 'by', 'flicker');
  await button.click();
  for (const model of ['merged', 'base', 'merged']) await place.getByText(`Shown: ${model}`).waitFor();
  await button.click();
  const kept = await place.getByText(/^Shown: /).innerText();
  // Twice as long as a picture is shown.
  await page.waitForTimeout(1400);
  expect(await place.getByText(/^Shown: /).innerText()).toBe(kept);
  await page.emulateMedia({reducedMotion: 'reduce'});
}

const rate = 'decouple.optimizer.learningRate';

interface Tried {
  readonly second: string;
  readonly third: string;
  /** Where the table is saved. */
  readonly file: string;
}

async function workInTable(workbench: Workbench, {second, third, file}: Tried): Promise<void> {
  const {page, panel, input} = workbench;
  await panel.getByRole('tab', {name: 'Runs', exact: true}).click();
  const table = panel.getByRole('table', {name: 'Runs with their settings and scores'});
  const ids = () => table.getByRole('rowheader').allInnerTexts();
  await eventually(ids).toEqual(['digits-3', 'digits-2', 'digits-1']);
  await table.getByRole('button', {name: rate}).click();
  await eventually(ids).toEqual(['digits-3', 'digits-1', 'digits-2']);
  await choose(panel, 'Group by', 'engine');
  // The mean of 1, 2 and 0.5 and their deviation, each times 1e-4.
  await table
    .getByRole('row', {name: /^▸? ?engine: tensorflow 2\.21\.0, CPU \(3 runs\) 1\.17e-4 ± 7\.64e-5 /})
    .waitFor();
  await choose(panel, 'Group by', 'none');

  await table.getByRole('button', {name: 'Tags of digits-3: none. Edit'}).click();
  await table.getByRole('textbox', {name: 'tags of digits-3'}).fill('poor, slow');
  await page.keyboard.press('Enter');
  await table.getByRole('button', {name: 'Tags of digits-3: poor slow. Edit'}).waitFor();
  await panel.getByText(/^Columns \(\d+ of \d+\)$/).click();
  await panel.getByRole('textbox', {name: 'Find a column'}).fill('note');
  await panel.getByRole('checkbox', {name: 'note', exact: true}).click();
  await table.getByRole('button', {name: 'Note of digits-2: none. Edit'}).click();
  await table.getByRole('textbox', {name: 'note of digits-2'}).fill('twice the rate');
  await page.keyboard.press('Enter');
  await table.getByRole('button', {name: 'Note of digits-2: twice the rate. Edit'}).waitFor();
  expect(await readNotes(third)).toMatchObject({tags: ['poor', 'slow']});
  expect(await readNotes(second)).toMatchObject({tags: ['good'], note: 'twice the rate'});

  await panel.getByRole('textbox', {name: 'Filter'}).fill('learningRate>=1e-4');
  await panel.getByText('2 of 3 runs').waitFor();
  expect(await ids()).toEqual(['digits-1', 'digits-2']);
  await panel.getByRole('button', {name: 'Save CSV'}).click();
  await workbench.saveAs(file);
  await eventually(() => readFile(file, 'utf8').catch(String)).toMatch(
    /^id,state,created,tags,.*,note\ndigits-1,done,.*,first,0\.0001,.*,"as in the paper"\ndigits-2,done,.*,good,0\.0002,.*,"twice the rate"\n$/,
  );

  await table.getByRole('button', {name: 'Copy the command of digits-2'}).click();
  await panel.getByText('Copied the command of digits-2').waitFor({state: 'attached'});
  // Pasted where anything can be: into the palette.
  await page.keyboard.press('F1');
  await input.fill('');
  await page.keyboard.press('Control+V');
  await eventually(() => input.inputValue()).toMatch(/^deme run \S+\/digits\.deme\.yaml --engine tensorflow$/);
  await page.keyboard.press('Escape');
  for (const id of ['digits-1', 'digits-2']) await table.getByRole('checkbox', {name: `Choose ${id}`}).click();
  await panel.getByRole('button', {name: 'Compare (2)'}).click();
}

/** The second run has gained 1.6 times as much as the first: 0.6 x 9.88e-5 more, with an error of sqrt(2) x 8.05e-6. */
async function compareTwo({panel}: Workbench): Promise<void> {
  const tab = panel.getByRole('tabpanel', {name: 'Compare'});
  const legend = tab.getByRole('list', {name: 'Colour of each run'}).getByRole('listitem');
  await eventually(() => legend.allTextContents()).toEqual(['digits-1', 'digits-2']);
  const setting = tab.getByRole('row', {name: new RegExp(`^${rate}`)}).getByRole('cell');
  await eventually(() => setting.allTextContents()).toEqual(['0.0001', '0.0002']);
  const difference = tab.getByRole('row', {name: /^held-out loss, difference to the baseline/}).getByRole('cell');
  expect(await difference.count()).toBe(0);
  await choose(panel, 'Baseline', 'digits-1');
  await eventually(() => difference.allTextContents()).toEqual(['baseline', '-5.9e-5 ± 1.1e-5better']);
}

/** One file that anybody can open: with its pictures, without a script, and without anything from elsewhere. */
async function passOnReport(workbench: Workbench, file: string): Promise<void> {
  const {page} = workbench;
  await workbench.command('DeMe: Save Report in One File...');
  await page.getByRole('option', {name: /^digits-1/}).click();
  await workbench.saveAs(file);
  await workbench.notice(/Saved the report of digits-1/).waitFor();
  const reader = await page.context().newPage();
  const asked: string[] = [];
  reader.on('request', (request) => asked.push(request.url()));
  await reader.goto(pathToFileURL(file).href);
  await reader.getByText('lower (better) by 12.3 standard errors').waitFor();
  const pictures = await reader.getByRole('img').all();
  expect(pictures.length).toBeGreaterThan(3);
  for (const picture of pictures) expect(await drawnWidth(picture)).toBeGreaterThan(0);
  expect(await reader.locator('script').count()).toBe(0);
  expect(asked.filter((address) => !address.startsWith('data:'))).toEqual([pathToFileURL(file).href]);
  await reader.close();
}

/** What a picture shows that the page has drawn itself. */
function pixelsOf(canvas: Locator): Promise<string> {
  return canvas.evaluate((shown) => (shown as unknown as {toDataURL(): string}).toDataURL());
}
