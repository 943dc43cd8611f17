import {setTimeout as wait} from 'node:timers/promises';
import type {Browser} from 'playwright-core';
import type {FakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import type {PanelFiles} from '../../webview/bundlePanel.ts';
import {TestPanel} from '../../webview/testPanel.ts';
import {bigRun, bucketEvents, stepEvents} from './bigRun.ts';
import type {Figure} from './figures.ts';
import {PageCost} from './pageCost.ts';

const openings = 10;
const pushes = 30;
/** Twice the time in which the host pushes at most once. */
const pushMilliseconds = 500;

/** The panel's own figures with 8 experts of 100,000 steps each. */
export async function curveFigures(browser: Browser, files: PanelFiles, run: FakeRun): Promise<Figure[]> {
  const [ready = []] = await readyTimes(browser, [files], run, openings);
  const panel = await openCurves(browser, files, run);
  await timeToReady(panel);
  await panel.page.getByRole('img', {name: /^consistency loss of expert 7/}).waitFor();
  const cost = await PageCost.of(browser, panel.page);
  // The first push of a run reads more of it than all that come after.
  const [, ...curves] = await updateTimes(panel, cost, run, false);
  const all = await updateTimes(panel, cost, run, true);
  const memory = await cost.memory();
  await panel.close();
  return [
    {what: 'panel ready', values: ready, limit: 700, unit: 'ms'},
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

/** Tall enough for all charts and heat maps: what is out of view costs nothing. */
function openCurves(browser: Browser, files: PanelFiles, run: FakeRun): Promise<TestPanel> {
  const viewport = {width: 1200, height: 4000};
  return TestPanel.open(browser, {files, tab: 'losses', runs: [run], viewport, isServed: true});
}

/** Milliseconds from the start of the page to the frame with all curves, by each of several builds of the page in turn. */
export async function readyTimes(
  browser: Browser,
  builds: readonly PanelFiles[],
  run: FakeRun,
  rounds: number,
): Promise<number[][]> {
  const times = builds.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, files] of inTurn(builds, round)) {
      const panel = await openCurves(browser, files, run);
      times[i]?.push(await timeToReady(panel));
      await panel.close();
    }
  }
  return times;
}

/** The builds with their numbers, each as often first as the others. */
export function inTurn(builds: readonly PanelFiles[], round: number): (readonly [number, PanelFiles])[] {
  const numbered = builds.map((files, i) => [i, files] as const);
  return round % 2 === 0 ? numbered : numbered.reverse();
}
