import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from 'vitest';
import {parseConfig} from '../../trainer/contract/config/parseConfig.ts';
import {checkpointName, recordFile, stateFile} from '../../trainer/store/run/checkpointFiles.ts';
import {readEvents} from '../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {bowlPlane} from '../helpers/measurements/bowlPlane.ts';
import {choose} from '../helpers/editor/choose.ts';
import {writeGoldenAnalysis} from '../helpers/golden/goldenAnalysis.ts';
import {knownActivations} from '../helpers/measurements/knownActivations.ts';
import {knownBound} from '../helpers/measurements/knownBound.ts';
import {knownConflict} from '../helpers/measurements/knownConflict.ts';
import {knownLandscape} from '../helpers/measurements/knownLandscape.ts';
import {shownConfig, writeShownRun} from '../helpers/runs/shownRun.ts';
import {storyFolder} from './storyFolder.ts';
import {eventually, story, Workbench} from './workbench.ts';

const expert = 'expert 0, t 0 to 249';

story('curves and heat maps, a point in them, a fork from it, and what was measured of the merge', async () => {
  const folder = await storyFolder({'digits.deme.yaml': shownConfig});
  const run = await writeShownRun(folder, {name: 'digits', config: 'digits.deme.yaml'});
  await keepCheckpoint(run, 400);
  await writeMeasured(run);
  const workbench = await Workbench.open(folder);
  await workbench.openFile('digits.deme.yaml');
  await workbench.lens('Open panel').click();
  await workbench.panel.getByRole('tab', {name: 'Losses'}).click();

  await readCurves(workbench, run);
  await readHeatMap(workbench, run);
  await arrangeCharts(workbench);
  await forkAtPoint(workbench, folder);
  await seeMerge(workbench);
});

/** Of expert 0: what a fork links, whatever is in it. */
async function keepCheckpoint(run: string, update: number): Promise<void> {
  const folder = join(runPaths.checkpoints(run, 'expert-0'), checkpointName(update));
  await mkdir(folder, {recursive: true});
  for (const name of [recordFile, stateFile]) await writeFile(join(folder, name), name);
}

/** What `deme measure` leaves, with known numbers in it. */
async function writeMeasured(run: string): Promise<void> {
  await writeGoldenAnalysis(run);
  const results = {
    'planes/plane-0-1.json': bowlPlane(),
    'conflict/base.json': knownConflict(),
    'landscape/base-random.json': knownLandscape(),
    'activations/expert-0.json': knownActivations(),
    'bound/merge-bound.json': knownBound(),
  };
  for (const [name, result] of Object.entries(results)) {
    await mkdir(join(run, name, '..'), {recursive: true});
    await writeFile(join(run, name), JSON.stringify(result));
  }
}

/** Legend, values at the cursor, and the three x axes. */
async function readCurves({page, panel}: Workbench, run: string): Promise<void> {
  // 240 of the ordinary finetune, 60 of each of four experts.
  await panel
    .getByText(/of 480 points shown/)
    .first()
    .waitFor();
  const legend = panel.getByRole('group', {name: 'Shown curves'});
  await legend.getByRole('checkbox', {name: /^ordinary/}).click();
  await panel.getByText(/of 480 points shown/).waitFor({state: 'detached'});

  const chart = panel.getByRole('img', {name: /^Denoising loss over updates/});
  await chart.hover({position: {x: 200, y: 100}});
  const tip = panel.locator('.chart-tip').filter({visible: true});
  await tip.getByText(/^Update \d+$/).waitFor();
  const update = Number((await tip.locator('.chart-tip-title').innerText()).slice('Update '.length));
  const [, smoothed, raw] = await tip.locator('tr', {hasText: expert}).locator('td').allTextContents();
  const steps = (await readEvents(runPaths.events(run))).filter((event) => event.type === 'step');
  const logged = steps.find((step) => step.stage === 'expert-0' && step.update === update);
  expect(Number(raw) / (logged?.losses['denoise'] ?? NaN)).toBeCloseTo(1, 2);
  expect(smoothed).toMatch(/^\d/);
  expect(smoothed).not.toBe(raw);

  const caption = panel.getByRole('region', {name: 'Values at the marked update'}).locator('caption');
  await choose(panel, 'X axis', 'Images seen');
  await panel.getByRole('img', {name: /^Denoising loss over images seen/}).waitFor();
  await panel.getByRole('group', {name: /^Charts/}).focus();
  await page.keyboard.press('ArrowRight');
  await eventually(() => caption.textContent()).toMatch(/^Update \d+, [\d,]+ images seen$/);
  const [, updates, images = ''] = /^Update (\d+), ([\d,]+)/.exec((await caption.textContent()) ?? '') ?? [];
  expect(Number(images.replace(',', ''))).toBe(64 * Number(updates));
  await choose(panel, 'X axis', 'Hours');
  await panel.getByRole('img', {name: /^Denoising loss over hours/}).waitFor();
  await choose(panel, 'X axis', 'Update');
  await chart.waitFor();
}

/** The second column of the lowest timesteps. */
async function readHeatMap({page, panel}: Workbench, run: string): Promise<void> {
  await panel.getByRole('img', {name: new RegExp(`^denoising loss of ${expert} by timestep and update`)}).waitFor();
  await panel.getByRole('group', {name: `Heat map of ${expert}, denoising loss. Arrow keys read its cells.`}).focus();
  await page.keyboard.press('ArrowRight');
  const buckets = (await readEvents(runPaths.events(run))).filter((event) => event.type === 'buckets');
  const draws = buckets.find(({stage, from}) => stage === 'expert-0' && from === 50)?.count[0];
  await panel.getByText(new RegExp(`^Updates 51 to 100, timesteps 0 to 9: 0\\.\\d+ \\(${draws} draws\\)$`)).waitFor();
}

/** Charts are pinned to the top and found by their names. */
async function arrangeCharts(workbench: Workbench): Promise<void> {
  const {panel} = workbench;
  const titles = () => chartTitles(workbench);
  await eventually(titles).toEqual(['Denoising loss', 'Consistency loss']);
  await panel.getByRole('button', {name: 'Pin Consistency loss to the top'}).click();
  await eventually(titles).toEqual(['Consistency loss', 'Denoising loss']);
  const search = panel.getByRole('textbox', {name: 'Find charts'});
  await search.fill('rate');
  await panel.getByText('No chosen chart has "rate" in its title.').waitFor();
  await panel.getByRole('checkbox', {name: 'Learning rate'}).click();
  await eventually(titles).toEqual(['Learning rate']);
  await search.fill('');
  await eventually(titles).toEqual(['Consistency loss', 'Denoising loss', 'Learning rate']);
}

function chartTitles({panel}: Workbench): Promise<string[]> {
  return panel.getByRole('tabpanel', {name: 'Losses'}).locator('.chart-title').allTextContents();
}

/** By keyboard to a fork, which the editor opens; by pointer to the samples nearest to an update. */
async function forkAtPoint(workbench: Workbench, folder: string): Promise<void> {
  const {page, panel} = workbench;
  const menu = panel.getByRole('dialog', {name: 'Chosen update'});
  await panel.getByRole('group', {name: /^Charts/}).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await menu.getByText(`A fork starts ${expert} at update 400 (checkpoint); the others from the base.`).waitFor();
  await menu.getByRole('button', {name: 'Samples of update 600'}).waitFor();
  await menu.getByRole('button', {name: 'Fork from here'}).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('tab', {name: 'digits-fork.deme.yaml', selected: true}).waitFor();
  const file = join(folder, 'digits-fork.deme.yaml');
  const start = parseConfig(await readFile(file, 'utf8'), file).decouple?.start ?? [];
  expect(start).toEqual([expect.stringContaining('digits-1/forks/expert-0-update-400'), null, null, null]);
  expect(await readFile(join(folder, start[0] ?? '', stateFile), 'utf8')).toBe(stateFile);

  // The page was thrown away, and comes back as it was.
  await page.getByRole('tab', {name: 'DeMe: digits'}).click();
  await eventually(() => chartTitles(workbench)).toEqual(['Consistency loss', 'Denoising loss', 'Learning rate']);
  const chart = panel.getByRole('img', {name: /^Denoising loss over updates/});
  const width = (await chart.boundingBox())?.width ?? NaN;
  await chart.click({position: {x: 0.4 * width, y: 100}});
  await menu.getByText('No weights of then or before are kept, only of update 400.').waitFor();
  await menu.getByRole('button', {name: 'Samples of update 200'}).click();
  await panel.getByRole('tab', {name: 'Samples', selected: true}).waitFor();
  await panel.getByRole('img', {name: `Samples of ${expert} at update 200`, exact: true}).waitFor();
}

/** The weights of the run and its candidates, a plane that sets them, and the other measurements. */
async function seeMerge({page, panel}: Workbench): Promise<void> {
  await panel.getByRole('tab', {name: 'Merge'}).click();
  await panel
    .getByText(/merged = base \+ lambda x sum of weight x \(expert - base\)\..*Found by the quadratic search/)
    .waitFor();
  const weight = (expert: number) => panel.getByRole('textbox', {name: `Weight of expert ${expert}`});
  expect(Number(await weight(0).inputValue())).toBeCloseTo(2.119693, 3);
  const candidates = panel.getByRole('table', {name: 'The best of 22 candidates'}).getByRole('row');
  expect(await candidates.nth(1).innerText()).toMatch(/^quadratic fit\s+2\.120, 1\.296, 0\.8949, 0\.5923\s+0\.02687\s/);

  await panel.getByRole('group', {name: /^Loss plane of experts 0 and 1/}).focus();
  // From 0.01, the axis's weight nearest to zero.
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await panel.getByText(/^Expert 0 at 0\.36, expert 1 at 0\.08: loss 0\.02314, /).waitFor();
  await page.keyboard.press('Enter');
  await eventually(async () => [await weight(0).inputValue(), await weight(1).inputValue()]).toEqual(['0.36', '0.08']);

  await panel.getByText(/^expert 3, t 750 to 999 has moved farthest, by \S+ % of the norm of the base/).waitFor();
  await panel.getByText(/43 % of the pairs point against each other\..*Suggested: edges: \[0, 250, 1000\]/).waitFor();
  await panel.getByRole('img', {name: /^Contours for \[0, 250\):.*sharpness 3\.000\.$/}).waitFor();
  await panel.getByText(/Channels change more than pixels after 1 of 3 blocks/).waitFor();
  await panel.getByText(/On test images best minus start is lower \(better\) by 4\.0 standard errors\./).waitFor();
}
