import {expect} from 'vitest';
import {runsOf, storyFolder} from './storyFolder.ts';
import {story, Workbench} from './workbench.ts';

story('a workspace that is not trusted can be looked at, and nothing in it runs', async () => {
  const folder = await storyFolder();
  const workbench = await Workbench.open(folder, {isTrusted: false});
  await workbench.openFile('digits.deme.yaml');
  await workbench.lens('Open panel').waitFor();
  expect(await workbench.lens('Run pipeline').count()).toBe(0);
  expect(await workbench.offers('DeMe: Open Panel')).toBe(true);
  expect(await workbench.offers('DeMe: Run Pipeline')).toBe(false);
  expect(await runsOf(folder)).toEqual([]);
});
