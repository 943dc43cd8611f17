import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {Browser, CDPSession} from 'playwright-core';
import {createLog} from '../../extension/log.ts';
import type {Run} from '../../extension/run.ts';
import {Runs} from '../../extension/runs.ts';
import type {NewRunEvent} from '../../trainer/contract/events.ts';
import {openMetrics} from '../../trainer/store/metricsFile.ts';
import {RunJournal} from '../../trainer/store/runJournal.ts';
import {chromiumMissing, findChromium, startChromium} from '../helpers/chromium.ts';
import {fakeBuckets, fakeRun, fakeStep, type FakeRun} from '../helpers/fakeRunFolder.ts';
import {makeRun, setState} from '../helpers/runOnDisk.ts';
import {bundlePanel, type PanelFiles} from '../webview/bundlePanel.ts';
import {TestPanel} from '../webview/testPanel.ts';

// `npm run bench:panel`: the panel with 8 experts of 100,000 steps each, from files on disk through its host to pixels. Ends with 1 where a
// figure is over its limit.

const experts = 8;
const steps = 100_000;
const bucketEvery = 50;
const pushes = 30;
const eventSteps = 26;
const pushMilliseconds = 250;
const limits = {ready: 1000, update: 33, memory: 250, delay: 500} as const;

const folder = await mkdtemp(join(tmpdir(), 'deme-panel-bench-'));
const executable = findChromium();
try {
  if (executable === null) throw new Error(chromiumMissing);
  const run = await bigRun();
  const browser = await startChromium(executable);
  const files = await bundlePanel();
  // Once to warm up: the first page also starts the browser's processes and compiles the script.
  await (await TestPanel.open(browser, {files, runs: [run]})).close();
  const panel = await TestPanel.open(browser, {files, runs: [run], viewport: {width: 1200, height: 1600}});
  const ready = await timeToReady(panel);
  const browserSession = await browser.newBrowserCDPSession();
  await panel.page.getByRole('img', {name: /^consistency loss of expert-7/}).waitFor();
  const session = await panel.page.context().newCDPSession(panel.page);
  const updates = await updateTimes(panel, session, run);
  const memory = await rendererMegabytes(browserSession);
  const sorted = [...updates].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  print('panel ready', ready, limits.ready, 'ms');
  print('main thread per update, median', median, limits.update, 'ms');
  print('main thread per update, largest', sorted.at(-1) ?? NaN, limits.update, 'ms');
  print('memory of the page', memory, limits.memory, 'MB');
  await panel.close();
  const delays = (await eventDelays(browser, files)).sort((a, b) => a - b);
  print('event to page, median', delays[Math.floor(delays.length / 2)] ?? NaN, limits.delay, 'ms');
  print('event to page, largest', delays.at(-1) ?? NaN, limits.delay, 'ms');
  await browser.close();
} finally {
  await rm(folder, {recursive: true, force: true});
}

/**
 * Milliseconds from the call that logs a step to the frame in which its page shows it, with all between: the event log, the watch on the run
 * folder, the host and its page. A run of the usual size, whose log is read from the start.
 */
async function eventDelays(browser: Browser, files: PanelFiles): Promise<number[]> {
  const path = await makeRun(folder, ['expert-0']);
  await setState(path, 'running');
  const journal = await RunJournal.open(path);
  const runs = new Runs(createLog());
  await runs.setOutputs([dirname(path)]);
  const panel = await TestPanel.open(browser, {
    files,
    runs: [
      {
        get run() {
          return runs.get(path) as Run;
        },
      },
    ],
  });
  runs.onDidChange((run) => panel.session.runChanged(run.path));
  const delays: number[] = [];
  for (let update = 1; update <= eventSteps; update++) {
    // At all phases of the quarter second in which at most one push is made.
    await new Promise((resolve) => setTimeout(resolve, 100 + 37 * (update % 13)));
    const shown = panel.page.getByText(`${update} of ${update} points shown`).first().waitFor();
    const begin = performance.now();
    journal.append(fakeStep('expert-0', update));
    await shown;
    delays.push(performance.now() - begin);
  }
  await panel.close();
  runs.dispose();
  journal.close();
  return delays;
}

/** Rows go into the metrics alone: no log of 200 MB is needed to read them. */
async function bigRun(): Promise<FakeRun> {
  const run = await fakeRun(folder, {updates: 0, experts});
  const metrics = await openMetrics(run.run.path);
  const begin = performance.now();
  for (let update = 1; update <= steps; update++) {
    for (let i = 0; i < experts; i++) {
      metrics.add({...fakeStep(`expert-${i}`, update, steps), time: update * 250});
      if (update % bucketEvery === 0) metrics.add(stamped(fakeBuckets(`expert-${i}`, update, bucketEvery)));
    }
  }
  metrics.close();
  const microseconds = ((performance.now() - begin) * 1000) / (steps * experts);
  process.stdout.write(`${experts} x ${steps} steps written, ${microseconds.toFixed(1)} us a step\n`);
  return run;
}

function stamped(event: NewRunEvent): Parameters<Awaited<ReturnType<typeof openMetrics>>['add']>[0] {
  return {...event, time: 0};
}

/** From the start of the navigation to the first frame with all curves. */
async function timeToReady({page}: TestPanel): Promise<number> {
  const all = `of ${(experts * steps).toLocaleString('en')} points shown`;
  const handle = await page.waitForFunction((text) => {
    const counts = [...document.querySelectorAll('.chart-counts')];
    return counts.length > 0 && counts.every((count) => count.textContent?.includes(text)) && performance.now();
  }, all);
  return Number(await handle.jsonValue());
}

/** Milliseconds of the page's main thread for each push of one step of every expert. */
async function updateTimes(panel: TestPanel, session: CDPSession, run: FakeRun): Promise<number[]> {
  await session.send('Performance.enable', {timeDomain: 'threadTicks'});
  const times: number[] = [];
  for (let i = 1; i <= pushes; i++) {
    const before = await taskSeconds(session);
    for (let expert = 0; expert < experts; expert++) run.emit(fakeStep(`expert-${expert}`, steps + i, steps));
    panel.changed(run);
    await new Promise((resolve) => setTimeout(resolve, 2 * pushMilliseconds));
    times.push(((await taskSeconds(session)) - before) * 1000);
  }
  return times;
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const {metrics} = await session.send('Performance.getMetrics');
  return metrics.find(({name}) => name === 'TaskDuration')?.value ?? NaN;
}

/** Private memory of the process that draws the page: what it alone costs. */
async function rendererMegabytes(session: CDPSession): Promise<number> {
  const {processInfo} = await session.send('SystemInfo.getProcessInfo');
  const sizes = await Promise.all(
    processInfo
      .filter(({type}) => type === 'renderer')
      .map(async ({id}) => {
        const text = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '');
        const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
        return (field('Private_Clean') + field('Private_Dirty')) / 1024;
      }),
  );
  return Math.max(...sizes);
}

function print(what: string, value: number, limit: number, unit: string): void {
  const verdict = value < limit ? 'under' : 'OVER';
  if (!(value < limit)) process.exitCode = 1;
  process.stdout.write(`${what.padEnd(34)} ${value.toFixed(1).padStart(8)} ${unit}  (${verdict} ${limit} ${unit})\n`);
}
