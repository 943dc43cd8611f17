import {expect} from 'vitest';
import {shownConfig, writeShownRun} from '../helpers/shownRun.ts';
import {writeShownStudy} from '../helpers/shownStudy.ts';
import {panelPictures, wantsScreenshots} from './screenshots.ts';
import {storyFolder} from './storyFolder.ts';
import {story, Workbench} from './workbench.ts';

story('from the tree to a study, to one of its runs and back', async () => {
  const folder = await storyFolder({'digits.deme.yaml': shownConfig});
  await writeShownRuns(folder);
  await writeShownStudy(folder);
  const workbench = await Workbench.open(folder);
  const {page, panel} = workbench;
  await workbench.openFile('digits.deme.yaml');
  await workbench.lens(/Study: 9 runs/).waitFor();
  await workbench.command('View: Show DeMe');
  await page.getByRole('treeitem', {name: 'digits, study, 9 runs'}).click();

  await panel.getByRole('tab', {name: 'Studies', selected: true}).waitFor();
  await panel.getByRole('heading', {name: 'Study of digits'}).waitFor();
  const merged = panel.getByRole('row', {name: /^merged by Fréchet distance/}).first();
  await merged
    .getByText(/better than the base by \d+ standard errors/)
    .first()
    .waitFor();
  const image = panel.getByAltText(/^Images that differ most by digits/).first();
  await expect
    .poll(() => image.evaluate((element) => (element as unknown as {naturalWidth: number}).naturalWidth))
    .toBeGreaterThan(0);

  await panel.getByRole('button', {name: 'digits-4', exact: true}).click();
  await panel.getByRole('tab', {name: 'Overview', selected: true}).waitFor();
  await panel.getByRole('button', {name: 'the study of digits'}).click();
  await panel.getByRole('tab', {name: 'Studies', selected: true}).waitFor();
  expect(await workbench.offers('DeMe: Show Studies, Matrices and Benchmarks...')).toBe(true);
  if (!wantsScreenshots) return;
  await panel.getByRole('tab', {name: 'Runs', exact: true}).click();
  for (const id of ['digits-1', 'digits-2', 'digits-3'])
    await panel.getByRole('checkbox', {name: `Choose ${id}`, exact: true}).click();
  await panel.getByRole('button', {name: 'digits-1', exact: true}).click();
  await panel.getByRole('tab', {name: 'Compare', exact: true}).click();
  await panel.getByRole('list', {name: 'Dashes of each stage'}).getByText('expert 3, t 750 to 999').waitFor();
  await panel.getByRole('table', {name: /^Scores of merged/}).waitFor();
  const stages = panel.getByRole('combobox', {name: 'Stage', exact: true});
  const ordinary = panel.getByRole('option', {name: /^ordinary/});
  // The choices are made anew while details of the runs arrive, which closes an open list.
  for (let tries = 1; ; tries++) {
    await stages.click();
    const hasChosen = await ordinary.click({timeout: 5000}).then(
      () => true,
      () => false,
    );
    if (hasChosen) break;
    if (tries === 6) expect.fail('the list of stages did not stay open');
  }
  await panelPictures(workbench);
});

/** Three runs that differ in their rate, the first with curves and images: what the other tabs show. */
async function writeShownRuns(folder: string): Promise<void> {
  const run = {name: 'digits', config: 'digits.deme.yaml'} as const;
  await writeShownRun(folder, {...run, notes: {tags: ['first'], note: 'as in the paper'}});
  const tried = [
    {learningRate: 2e-4, gain: 1.6, tags: ['good']},
    {learningRate: 5e-5, gain: 0.55, tags: []},
  ];
  for (const [i, {learningRate, gain, tags}] of tried.entries()) {
    await writeShownRun(folder, {...run, hours: 2 + i, learningRate, gain, seed: i + 1, notes: {tags, note: ''}});
  }
}
