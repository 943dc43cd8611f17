import {join} from 'node:path';
import type {Browser} from 'playwright-core';
import {fakeRun, type FakeRun} from '../../helpers/fakeRunFolder.ts';
import {knownReport} from '../../helpers/knownRun.ts';
import type {PanelFiles} from '../../webview/bundlePanel.ts';
import {TestPanel} from '../../webview/testPanel.ts';
import {PageCost} from './pageCost.ts';

const runs = 2000;
const openings = 3;
const columns = ['merged.held-out loss', 'created', 'id', 'decouple.seed', 'tags'];
const filters = [
  'merged.held-out loss<0.025',
  'seed>=1000 & merged.held-out loss<0.03',
  'digits-19',
  'updates=600',
  '',
];

/** What the table of runs takes with 2,000 of them: milliseconds, and megabytes of the page. */
export interface RunTableFigures {
  readonly opened: readonly number[];
  readonly sorted: readonly number[];
  readonly filtered: readonly number[];
  readonly memory: number;
}

export async function runTableFigures(browser: Browser, files: PanelFiles, folder: string): Promise<RunTableFigures> {
  const known = await manyRuns(join(folder, 'table'));
  const saved = {scope: 'compare', selected: null, tab: 'runs'};
  const open = () =>
    TestPanel.open(browser, {files, runs: known, compare: true, saved, viewport: {width: 1200, height: 900}});
  const opened: number[] = [];
  for (let i = 0; i < openings; i++) {
    const panel = await open();
    opened.push(await timeToTable(panel));
    await panel.close();
  }
  const panel = await open();
  await timeToTable(panel);
  const cost = await PageCost.of(browser, panel.page);
  const sorted: number[] = [];
  for (const column of columns) sorted.push(await timeToSort(panel, column));
  const filtered: number[] = [];
  for (const filter of filters) filtered.push(await timeToFilter(panel, filter));
  const memory = await cost.memory();
  await panel.close();
  return {opened, sorted, filtered, memory};
}

/** Runs that differ in seed, tags and scores, all with the files of one. */
async function manyRuns(folder: string): Promise<Pick<FakeRun, 'run'>[]> {
  const {run} = await fakeRun(folder, {updates: 5});
  return Array.from({length: runs}, (_, i) => {
    const {config, ...others} = run.config;
    const seed = (7919 * i) % runs;
    const decouple = config.decouple && {...config.decouple, seed};
    return {
      run: {
        ...run,
        path: `${run.path}-${i}`,
        record: {...run.record, id: `digits-${i + 1}`},
        config: {...others, config: {...config, decouple}},
        report: knownReport(0.04, 0.02 + 1e-5 * seed),
        notes: {format: 1 as const, tags: i % 3 === 0 ? ['good'] : [], note: ''},
      },
    };
  });
}

/** From the start of the navigation to the first frame with the table. */
async function timeToTable({page}: TestPanel): Promise<number> {
  const rows = String(runs + 1);
  const handle = await page.waitForFunction((count) => {
    const table = document.querySelector('.run-table');
    return (
      table?.getAttribute('aria-rowcount') === count &&
      table.querySelectorAll('tbody tr').length > 5 &&
      performance.now()
    );
  }, rows);
  return Number(await handle.jsonValue());
}

/** From the press on the head of a column to the frame after it is sorted by that. */
async function timeToSort({page}: TestPanel, column: string): Promise<number> {
  return page.evaluate(async (name) => {
    const button = document.querySelector<HTMLElement>(`[data-key="sort ${name}"]`);
    const begin = performance.now();
    button?.click();
    while (!document.querySelector(`th[aria-sort] [data-key="sort ${name}"]`)) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begin;
  }, column);
}

/** From the input of a filter to the frame after the line that says how many runs meet it. */
async function timeToFilter({page}: TestPanel, filter: string): Promise<number> {
  return page.evaluate(async (text) => {
    const told = document.querySelector('#view-runs [role="status"]');
    const before = told?.textContent;
    const field = document.querySelector<HTMLElement & {value: string}>('#view-runs vscode-text-field');
    const begin = performance.now();
    if (field) field.value = text;
    field?.dispatchEvent(new Event('input'));
    while (told?.textContent === before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begin;
  }, filter);
}
