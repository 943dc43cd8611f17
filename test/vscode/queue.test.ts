import {expect, vi} from 'vitest';
import {currentState} from '../../trainer/store/runState.ts';
import {runsOf, storyFolder} from './storyFolder.ts';
import {patience, story, Workbench} from './workbench.ts';

const waiting = {timeout: patience, interval: 250};

story('a second run waits in the queue until the first is stopped at once', async () => {
  const folder = await storyFolder();
  const workbench = await Workbench.open(folder);
  const {page} = workbench;
  await workbench.openFile('digits.deme.yaml');
  await page.getByRole('tab', {name: /^DeMe/}).first().click();
  await workbench.lens('Run pipeline').click();
  await workbench.lens(/running \d+ %/).waitFor();
  await workbench.lens(/^Finetune range 1/).click();
  await workbench.lens('Finetune range 1 of digits: queued').waitFor();
  await page.getByRole('treeitem', {name: /^Queue/}).waitFor();
  await page.getByRole('treeitem', {name: /^Finetune range 1 of digits/}).waitFor();
  await workbench.command('DeMe: Stop Now');
  await seeStates(folder, ['stopped', 'running']);
  await page.getByRole('treeitem', {name: /^Queue/}).waitFor({state: 'detached'});
  await workbench.command('DeMe: Stop Now');
  await seeStates(folder, ['stopped', 'stopped']);
});

/** Waits until the runs of a folder are in these states, oldest first. */
async function seeStates(folder: string, states: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const runs = await runsOf(folder);
    const known = await Promise.all(runs.map(async ({path}) => (await currentState(path))?.state));
    expect(known).toEqual(states);
  }, waiting);
}
