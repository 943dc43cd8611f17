import {expect} from 'vitest';
import {shownConfig} from '../helpers/runs/shownRun.ts';
import {writeShownStudy} from '../helpers/measurements/shownStudy.ts';
import {writeTriedRuns} from '../helpers/runs/triedRuns.ts';
import {drawnWidth} from './drawnWidth.ts';
import {panelPictures, wantsScreenshots} from './screenshots.ts';
import {storyFolder} from './storyFolder.ts';
import {eventually, story, Workbench} from './workbench.ts';

story('from the tree to a study, to one of its runs and back', async () => {
  const folder = await storyFolder({'digits.deme.yaml': shownConfig});
  await writeTriedRuns(folder);
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
  await eventually(() => drawnWidth(image)).toBeGreaterThan(0);

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
  await stages.click();
  await panel.getByRole('option', {name: /^ordinary/}).click();
  await panelPictures(workbench);
});
