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
 * figures beside their limits and ends with 1 where one is over.
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
  const open = () => TestPanel.open(browser, {files, runs: [run], viewport: {width: 1200, height: 2400}});
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
  const curves = await updateTimes(panel, cost, run, false);
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

/** Milliseconds of the page's main thread for each push: one step of every expert, and a column of every heat map too where asked for. */
async function updateTimes(panel: TestPanel, cost: PageCost, run: FakeRun, hasBuckets: boolean): Promise<number[]> {
  const {progress} = run.run;
  const first = 1 + Math.max(bigRun.steps, progress.stages.get('expert-0')?.update ?? 0);
  const times: number[] = [];
  for (let update = first; update < first + pushes; update++) {
    const before = await cost.mainThread();
    const at = bigRun.steps + (update - bigRun.steps) * bigRun.bucketEvery;
    [...stepEvents(update), ...(hasBuckets ? bucketEvents(at) : [])].forEach(run.emit);
    panel.changed(run);
    await wait(pushMilliseconds);
    times.push((await cost.mainThread()) - before);
  }
  return times;
}

function report(figures: readonly Figure[]): void {
  const rows = figures.map(({what, values, limit, unit}) => {
    const isUnder = Math.max(...values) < limit;
    if (!isUnder) process.exitCode = 1;
    const number = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
    return [what, number(median(values)), number(Math.max(...values)), number(limit), isUnder ? 'yes' : 'NO'];
  });
  const machine = `${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(`${machine}\n${markdownTable(['figure', 'median', 'largest', 'limit', 'under'], rows)}\n`);
}

await main();
