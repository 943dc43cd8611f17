import {expect} from 'vitest';
import {runsOf, storyFolder} from './storyFolder.ts';
import {story, Workbench} from './workbench.ts';

story('a workspace that is not trusted can be looked at, and nothing in it runs', async () => {
  const folder = await storyFolder();
  const workbench = await Workbench.open(folder, {isTrusted: false});
  await workbench.openFile('digits.deme.yaml');
  await workbench.lens('Open panel').waitFor();
  expect(await workbench.lens('Run pipeline').count()).toBe(0);
  const {page} = workbench;
  await page.keyboard.press('F1');
  await page.keyboard.type('DeMe: ');
  await page.getByRole('option', {name: 'DeMe: Open Panel'}).waitFor();
  expect(await page.getByRole('option', {name: 'DeMe: Run Pipeline'}).count()).toBe(0);
  expect(await runsOf(folder)).toEqual([]);
});
