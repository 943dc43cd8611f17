import {expect, vi} from 'vitest';
import {currentState} from '../../trainer/store/run/runState.ts';
import {runsOf, storyFolder} from './storyFolder.ts';
import {patience, story, Workbench} from './workbench.ts';

const waiting = {timeout: patience, interval: 250};

story('an order waits in the queue until the run before it is stopped at once', async () => {
  const folder = await storyFolder();
  const workbench = await Workbench.open(folder);
  const {page} = workbench;
  await workbench.openFile('digits.deme.yaml');
  await page.getByRole('tab', {name: /^DeMe/}).first().click();
  await workbench.lens('Run pipeline').click();
  await workbench.lens(/running \d+ %/).waitFor();
  await workbench.lens(/^Finetune expert 1/).click();
  await workbench.lens('Finetune expert 1 of digits: queued').waitFor();
  await page.getByRole('treeitem', {name: /^Queue/}).waitFor();
  await page.getByRole('treeitem', {name: /^Finetune expert 1 of digits/}).waitFor();

  await workbench.command('DeMe: Stop Now');
  await page.getByRole('treeitem', {name: /^Queue/}).waitFor({state: 'detached'});
  // The order goes on in the run that was stopped, and leaves alone what it was not for.
  await workbench.lens(/^Finetune expert 1, .*: done/).waitFor();
  await workbench.lens(/^Finetune expert 0, .*: stopped/).waitFor();
  await vi.waitFor(async () => {
    const states = await Promise.all((await runsOf(folder)).map(async ({path}) => (await currentState(path))?.state));
    expect(states).toEqual(['done']);
  }, waiting);
});
