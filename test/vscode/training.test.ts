import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {expect, vi} from 'vitest';
import {readEvents} from '../../trainer/store/run/eventLog.ts';
import {currentState} from '../../trainer/store/run/runState.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {drawnWidth} from './drawnWidth.ts';
import {screenshots, wantsScreenshots} from './screenshots.ts';
import {runsOf, storyFolder} from './storyFolder.ts';
import {eventually, patience, story, Workbench} from './workbench.ts';

/** Two experts that train for most of a minute on two cores, so that there is time to pause and to reload. */
const config = `name: digits
base: base
data: {kind: mnist}
decouple:
  rangs: 2
  updates: 60
  batch: 16
  logEvery: 1
  bucketEvery: 5
  checkpointEvery: 5
  samples: {every: 30, images: 16, steps: 5}
merge:
  search: {images: 32, timesteps: 1, budget: 6}
evaluate:
  heldOut: {images: 16, timesteps: 1}
  sampling: {sampler: ddim, steps: 5}
  grid: 16
engine: {name: wasm}
`;

/** Milliseconds for a training to come to its end. */
const trainingPatience = 240_000;

story('from a config to a merged model, over a pause, a reload and a stop', async () => {
  const folder = await storyFolder({'digits.deme.yaml': config});
  const workbench = await Workbench.open(folder);
  const {page, panel} = workbench;
  const pauseButton = panel.getByRole('button', {name: 'Pause run'});
  const resumeButton = panel.getByRole('button', {name: 'Resume run'});

  await workbench.openFile('digits.deme.yaml');
  await mendMistake(workbench);
  await workbench.lens('Finetune all ranges').click();
  await workbench.lens(/running \d+ %/).click();
  await panel.getByRole('tab', {name: 'Losses'}).click();
  await seeGrowth(workbench);

  await pauseButton.click();
  await resumeButton.waitFor();
  await seeStill(workbench);
  await resumeButton.click();
  await seeGrowth(workbench);

  const beforeReload = await stepsShown(workbench);
  await workbench.reload();
  await vi.waitFor(async () => expect(await stepsShown(workbench)).toBeGreaterThanOrEqual(beforeReload), waiting);
  await seeGrowth(workbench);
  if (wantsScreenshots) await vi.waitFor(async () => expect(await stepsShown(workbench)).toBeGreaterThan(90), waiting);
  await screenshots(workbench, 'losses');

  await panel.getByRole('button', {name: 'Stop run at a checkpoint'}).click();
  await resumeButton.waitFor();
  const [run] = await runsOf(folder);
  if (run === undefined) throw new Error('the lens has started no run');
  expect((await currentState(run.path))?.state).toBe('stopped');

  await resumeButton.click();
  await pauseButton.waitFor();
  await panel.getByText('done', {exact: true}).first().waitFor({timeout: trainingPatience});
  await page.getByRole('tab', {name: 'digits.deme.yaml'}).click();
  await workbench.lens(/Search weights$/).click();
  await workbench.lens(/Search weights.*done/).waitFor({timeout: trainingPatience});
  await workbench.lens(/Merge$/).click();
  await workbench.lens(/Merge.*done/).waitFor({timeout: trainingPatience});
  await workbench.lens(/Evaluate$/).click();
  await workbench.lens(/Evaluate.*done/).waitFor({timeout: trainingPatience});
  await screenshots(workbench, 'config');
  await workbench.lens('Sample').click();
  await page.getByRole('option', {name: /^merged/}).click();
  await page.getByRole('tab', {name: 'merged-seed0.png'}).waitFor({timeout: trainingPatience});

  // The page was thrown away while its tab could not be seen.
  await page.getByRole('tab', {name: 'DeMe: digits'}).click();
  await vi.waitFor(async () => expect(await stepsShown(workbench)).toBe(2 * 60), waiting);
  await mergeWithOwnWeights(workbench, join(run.path, 'models'));
  await measureActivations(workbench);
  if (wantsScreenshots) await pictureOfPreview(workbench);
  await seeSamples(workbench);
  await screenshots(workbench, 'samples');
  await exportSteps(workbench, join(folder, 'steps.csv'), run.path);
});

const waiting = {timeout: patience, interval: 250};

/** Sees what is wrong with a config and has it mended. */
async function mendMistake({page}: Workbench): Promise<void> {
  await page.getByRole('button', {name: 'Errors: 1'}).waitFor();
  // A lens that appears moves the lines: a click that was on its way may then miss the word.
  const mend = page.getByRole('option', {name: 'Change to ranges'});
  await vi.waitFor(async () => {
    await page.keyboard.press('Escape');
    await page.getByText('rangs').first().click();
    await page.keyboard.press('Control+.');
    await mend.waitFor({timeout: 5000});
  }, waiting);
  await page.keyboard.press('Enter');
  await page.getByRole('button', {name: 'No Problems'}).waitFor();
  await page.keyboard.press('Control+S');
}

/** Waits until the curves have more points than now. */
async function seeGrowth(workbench: Workbench): Promise<void> {
  const before = await stepsShown(workbench);
  await vi.waitFor(async () => expect(await stepsShown(workbench)).toBeGreaterThan(before), waiting);
}

/** Waits until the curves have stood still for two seconds: experts pause at their next update, and logged steps arrive a moment later. */
async function seeStill(workbench: Workbench): Promise<void> {
  await vi.waitFor(async () => {
    const before = await stepsShown(workbench);
    await wait(2000);
    expect(await stepsShown(workbench)).toBe(before);
  }, waiting);
}

/** How many steps the first chart has. */
async function stepsShown({panel}: Workbench): Promise<number> {
  const text = await panel
    .getByText(/of [\d,]+ points shown/)
    .first()
    .innerText();
  return Number(/of ([\d,]+) points/.exec(text)?.[1]?.replaceAll(',', ''));
}

async function mergeWithOwnWeights({panel}: Workbench, models: string): Promise<void> {
  await panel.getByRole('tab', {name: 'Merge'}).click();
  await panel.getByRole('textbox', {name: 'Weight of expert 0'}).fill('-0.25');
  await panel.getByRole('button', {name: 'Merge and save'}).click();
  await panel.getByText(/Saved the merged model in/).waitFor();
  const record: unknown = JSON.parse(await readFile(join(models, 'merged-1', 'merge.json'), 'utf8'));
  expect(record).toMatchObject({experts: [{weight: -0.25}, {}]});
}

/** At the press of a button of the page. */
async function measureActivations({panel}: Workbench): Promise<void> {
  await panel.getByText('The activation change of this run is not measured yet.').waitFor();
  await panel.getByRole('button', {name: 'Measure activation change'}).click();
  await panel.getByText(/Channels change more than pixels after/).waitFor({timeout: trainingPatience});
}

async function pictureOfPreview(workbench: Workbench): Promise<void> {
  const {panel} = workbench;
  await panel.getByRole('button', {name: 'Start live preview'}).click();
  for (const name of ['Preview', 'Base', 'Last saved merge'])
    await panel.getByRole('img', {name: `${name}: 16 images, 20 steps`}).waitFor();
  await screenshots(workbench, 'merge');
  await panel.getByRole('button', {name: 'Stop live preview'}).click();
}

/** Four digits of 28 pixels, and what is between them. */
const gridWidth = 4 * 28 + 3 * 2;

async function seeSamples(workbench: Workbench): Promise<void> {
  const {page, panel} = workbench;
  await panel.getByRole('tab', {name: 'Samples'}).click();
  const [first, second] = ['expert 0, t 0 to 499', 'expert 1, t 500 to 999'];
  const names = ['base', first, second, 'ensemble', 'merged'].map((model) => `Samples of ${model}`);
  await seePictures(workbench, names);
  await panel.getByRole('slider', {name: 'Checkpoint'}).focus();
  await page.keyboard.press('Home');
  await seePictures(workbench, ['Samples of base', `Samples of ${first} at update 0`]);
  await page.keyboard.press('ArrowRight');
  await seePictures(workbench, [`Samples of ${first} at update 30`, `Samples of ${second} at update 30`]);
  await page.keyboard.press('End');
  await seePictures(workbench, names);
}

async function seePictures({panel}: Workbench, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const image = panel.getByAltText(name, {exact: true}).first();
    await eventually(() => drawnWidth(image)).toBe(gridWidth);
  }
}

/** Exports and finds every logged step in the file. */
async function exportSteps(workbench: Workbench, file: string, run: string): Promise<void> {
  await workbench.panel.getByRole('button', {name: 'Export', exact: true}).click();
  await workbench.saveAs(file);
  const steps = (await readEvents(runPaths.events(run))).filter(({type}) => type === 'step');
  await vi.waitFor(async () => {
    const [head, ...rows] = (await readFile(file, 'utf8')).trim().split('\n');
    expect(head).toContain('update');
    expect(rows).toHaveLength(steps.length);
  }, waiting);
}
