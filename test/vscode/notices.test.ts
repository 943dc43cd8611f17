import {spawn} from 'node:child_process';
import {appendFile} from 'node:fs/promises';
import {expect, onTestFinished} from 'vitest';
import type {RunEvent} from '../../trainer/contract/run/events.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {makeRun, setState} from '../helpers/runs/runOnDisk.ts';
import {storyFolder} from './storyFolder.ts';
import {story, Workbench} from './workbench.ts';

const error = {code: 'data-missing', message: 'There are no images.', hint: 'Put some into the folder.'};

story(
  'notices of an alert and of silence lead to the panel of their run, and another says that it has failed',
  async () => {
    const folder = await storyFolder();
    const run = await makeRun(folder, ['expert-0', 'expert-1', 'merge']);
    const pid = idleProcess();
    // It has nobody who gives signs of life while the editor starts.
    const heartbeat = Date.now() / 1000 + 600;
    const now = {pid, started: Date.now() / 1000, heartbeat, stage: 'expert-0', progress: 0.25};
    await setState(run, 'running', now);
    const workbench = await Workbench.open(folder);
    const {panel} = workbench;
    await workbench.openFile('digits.deme.yaml');
    await workbench.lens(/running (at )?25 %/).waitFor();

    const message = 'The loss has jumped to 3.2 at update 40.';
    const alert: RunEvent = {type: 'log', time: Date.now(), stage: 'expert-0', level: 'warning', message, alert: true};
    await appendFile(runPaths.events(run), `${JSON.stringify(alert)}\n`);
    await workbench
      .notice(/digits-1, expert-0: The loss has jumped/)
      .getByRole('button', {name: 'Open Panel'})
      .click();
    await panel.getByRole('tab', {name: 'Overview', selected: true}).waitFor();
    await panel.getByRole('button', {name: 'Watch the losses'}).waitFor();

    // Nothing to merge yet, and the page says why.
    await panel.getByRole('tab', {name: 'Merge'}).click();
    await panel.getByText('Not trained yet: expert 0, t 0 to 499; expert 1, t 500 to 999. A merge').waitFor();
    expect(await panel.getByRole('button', {name: 'Merge and save'}).isDisabled()).toBe(true);

    // After its last sign of life its process is silent for half a minute. From here on: the editor hides a notice after a while.
    await setState(run, 'running', {...now, heartbeat: heartbeat + 1});
    const silence = workbench.notice(/digits-1: running at 25 %, but its process has said nothing for \d0 s\./);
    await silence.getByRole('button', {name: 'Open Panel'}).click();
    await panel.getByRole('tab', {name: 'Merge', selected: true}).waitFor();

    await setState(run, 'failed', {...now, error});
    const failure = workbench.notice(/digits-1: failed: There are no images\. Put some into the folder\./);
    await failure.getByRole('button', {name: 'Resume'}).waitFor();
    await panel
      .getByRole('alert')
      .getByText('The run failed: There are no images. Put some into the folder.')
      .waitFor();
    await panel.getByRole('tab', {name: 'Overview'}).click();
    await panel.getByText('Once the cause is mended: what is done stays done').waitFor();
    await panel.getByRole('button', {name: 'Resume', exact: true}).waitFor();
  },
);

/** A process that lives until the story ends and does nothing, to be the owner of a run; its number. */
function idleProcess(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {stdio: 'ignore'});
  onTestFinished(() => void child.kill());
  if (child.pid === undefined) throw new Error('no process can be started');
  return child.pid;
}
