import {mkdtemp, rm} from 'node:fs/promises';
import {availableParallelism, loadavg, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {Browser} from 'playwright-core';
import {chromiumMissing, findChromium, startChromium} from '../../helpers/chromium.ts';
import type {FakeRun} from '../../helpers/fakeRunFolder.ts';
import {bundlePanel, type PanelFiles} from '../../webview/bundlePanel.ts';
import {TestPanel} from '../../webview/testPanel.ts';
import {bigRun, bucketEvents, stepEvents, writeBigRun} from './bigRun.ts';
import {eventDelays} from './eventDelays.ts';
import {markdownTable} from '../markdownTable.ts';
import {median} from '../median.ts';
import {PageCost} from './pageCost.ts';

/**
 * Entry of `npm run bench:panel`: the panel with 8 experts of 100,000 steps each, from files on disk through its host to pixels. Prints the
 * figures beside their limits and ends with 1 where nine of ten are not under.
 */
const openings = 5;
const pushes = 30;
/** Twice the time in which the host pushes at most once. */
const pushMilliseconds = 500;

interface Figure {
  readonly what: string;
  readonly values: readonly number[];
  readonly limit: number;
  readonly unit: 'ms' | 'MB';
}

async function main(): Promise<void> {
  const executable = findChromium();
  if (executable === null) throw new Error(chromiumMissing);
  const folder = await mkdtemp(join(tmpdir(), 'deme-panel-bench-'));
  const browser = await startChromium(executable);
  try {
    const files = await bundlePanel();
    const figures = await panelFigures(browser, files, await writeBigRun(folder));
    const delays = await eventDelays(browser, files, folder);
    report([...figures, {what: 'event to pixels', values: delays, limit: 500, unit: 'ms'}]);
  } finally {
    await browser.close();
    await rm(folder, {recursive: true, force: true});
  }
}

async function panelFigures(browser: Browser, files: PanelFiles, run: FakeRun): Promise<Figure[]> {
  // Tall enough for all charts and heat maps: what is out of view costs nothing.
  const open = () =>
    TestPanel.open(browser, {files, tab: 'losses', runs: [run], viewport: {width: 1200, height: 4000}});
  const ready: number[] = [];
  for (let i = 0; i < openings; i++) {
    const panel = await open();
    ready.push(await timeToReady(panel));
    await panel.close();
  }
  const panel = await open();
  await timeToReady(panel);
  await panel.page.getByRole('img', {name: /^consistency loss of expert-7/}).waitFor();
  const cost = await PageCost.of(browser, panel.page);
  // The first push of a run reads more of it than all that come after.
  const [, ...curves] = await updateTimes(panel, cost, run, false);
  const all = await updateTimes(panel, cost, run, true);
  const memory = await cost.memory();
  await panel.close();
  return [
    {what: 'panel ready', values: ready, limit: 1000, unit: 'ms'},
    {what: 'main thread, a step of each expert', values: curves, limit: 33, unit: 'ms'},
    {what: 'main thread, heat maps as well', values: all, limit: 33, unit: 'ms'},
    {what: 'memory of the page', values: [memory], limit: 250, unit: 'MB'},
  ];
}

/** From the start of the navigation to the first frame with all curves. */
async function timeToReady({page}: TestPanel): Promise<number> {
  const all = `of ${(bigRun.experts * bigRun.steps).toLocaleString('en')}`;
  const handle = await page.waitForFunction((text) => {
    const counts = [...document.querySelectorAll('.chart-counts')];
    return counts.length > 0 && counts.every((count) => count.textContent?.includes(text)) && performance.now();
  }, all);
  return Number(await handle.jsonValue());
}

/**
 * Milliseconds of the page's main thread for each push: one step of every expert, and a column of every heat map too where asked for. Less
 * what it costs the browser's debugger to bring the same messages to nobody, for no editor brings them in that way.
 */
async function updateTimes(panel: TestPanel, cost: PageCost, run: FakeRun, hasBuckets: boolean): Promise<number[]> {
  const {progress} = run.run;
  const first = 1 + Math.max(bigRun.steps, progress.stages.get('expert-0')?.update ?? 0);
  const times: number[] = [];
  for (let update = first; update < first + pushes; update++) {
    const posted = panel.posted.length;
    const at = bigRun.steps + (update - bigRun.steps) * bigRun.bucketEvery;
    [...stepEvents(update), ...(hasBuckets ? bucketEvents(at) : [])].forEach(run.emit);
    const whole = await cost.mainThreadDuring(async () => {
      panel.changed(run);
      await wait(pushMilliseconds);
    });
    const bringing = await cost.mainThreadDuring(async () => {
      await panel.bringToNobody(panel.posted.slice(posted));
      await wait(pushMilliseconds / 2);
    });
    times.push(whole - bringing);
  }
  return times;
}

function report(figures: readonly Figure[]): void {
  const rows = figures.map(({what, values, limit, unit}) => {
    const most = nineOfTen(values);
    if (most >= limit) process.exitCode = 1;
    const number = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
    const shown = [median(values), most, Math.max(...values), limit].map(number);
    return [what, ...shown, most < limit ? 'yes' : 'NO'];
  });
  const machine = `${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(
    `${machine}\n${markdownTable(['figure', 'median', '9 of 10', 'largest', 'limit', 'under'], rows)}\n`,
  );
}

/** The value that nine of ten do not exceed: one of thirty pays for a garbage collection of the whole page. */
function nineOfTen(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.9 * sorted.length) - 1] ?? NaN;
}

await main();
