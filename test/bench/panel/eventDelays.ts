import {dirname} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {Browser} from 'playwright-core';
import {createLog} from '../../../extension/log.ts';
import type {Run} from '../../../extension/runs/run.ts';
import {Runs} from '../../../extension/runs/runs.ts';
import {RunJournal} from '../../../trainer/store/run/runJournal.ts';
import {fakeStep} from '../../helpers/runs/fakeRunFolder.ts';
import {makeRun, setState} from '../../helpers/runs/runOnDisk.ts';
import type {PanelFiles} from '../../webview/bundlePanel.ts';
import {TestPanel} from '../../webview/testPanel.ts';

const events = 26;

/**
 * Milliseconds from the call that logs a step to the frame in which the page shows it, with all between: the event log, the watch on the run
 * folder, the host and its page. A run of the usual size, whose log is read from the start.
 */
export async function eventDelays(browser: Browser, files: PanelFiles, folder: string): Promise<number[]> {
  const path = await makeRun(folder, ['expert-0']);
  await setState(path, 'running');
  const journal = await RunJournal.open(path);
  const runs = new Runs(createLog());
  await runs.setOutputs([dirname(path)]);
  const panel = await TestPanel.open(browser, {files, tab: 'losses', runs: [knownRun(runs, path)]});
  runs.onDidChange((run) => panel.session.runChanged(run.path));
  const delays: number[] = [];
  for (let update = 1; update <= events; update++) delays.push(await delayOf(update, journal, panel));
  await panel.close();
  runs.dispose();
  journal.close();
  return delays;
}

async function delayOf(update: number, journal: RunJournal, {page}: TestPanel): Promise<number> {
  // At all phases of the quarter second in which at most one push is made.
  await wait(100 + 37 * (update % 13));
  const shown = page.getByText(`${update} of ${update} points shown`).first().waitFor();
  const begin = performance.now();
  journal.append(fakeStep('expert-0', update));
  await shown;
  return performance.now() - begin;
}

/** The run as its followers know it at the time of asking. */
function knownRun(runs: Runs, path: string): {readonly run: Run} {
  return {
    get run() {
      const run = runs.get(path);
      if (run === undefined) throw new Error(`${path} is not followed`);
      return run;
    },
  };
}
