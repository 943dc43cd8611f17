import type {Browser} from 'playwright-core';
import {fakeRun, type FakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {knownReport} from '../../helpers/runs/knownRun.ts';
import type {PanelFiles} from '../../webview/bundlePanel.ts';
import {TestPanel} from '../../webview/testPanel.ts';
import {inTurn} from './curves.ts';
import type {Figure} from './figures.ts';
import {PageCost} from './pageCost.ts';

const runs = 2000;
const openings = 5;
const rounds = 3;
const columns = ['merged.held-out loss', 'created', 'id', 'decouple.seed', 'tags'];
/** Of which no two after each other leave as many runs. */
const filters = [
  'merged.held-out loss<0.025',
  'decouple.seed>=1000 & merged.held-out loss<0.036',
  'digits-19',
  'tags~good',
  '',
];

/** What the table of runs takes with 2,000 of them. */
export async function runTableFigures(browser: Browser, files: PanelFiles, folder: string): Promise<Figure[]> {
  const known = await manyRuns(folder);
  const opened: number[] = [];
  for (let i = 0; i < openings; i++) opened.push(await openingTime(browser, files, known));
  const panel = await openTable(browser, files, known);
  await timeToTable(panel);
  const cost = await PageCost.of(browser, panel.page);
  const sorted: number[] = [];
  const filtered: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const column of columns) sorted.push(await timeToSort(panel, column));
    for (const filter of filters) filtered.push(await timeToFilter(panel, filter));
  }
  const memory = await cost.memory();
  await panel.close();
  return [
    {what: `table of ${runs.toLocaleString('en')} runs, opened`, values: opened, limit: 1000, unit: 'ms'},
    {what: 'the same, sorted', values: sorted, limit: 100, unit: 'ms'},
    {what: 'the same, filtered', values: filtered, limit: 100, unit: 'ms'},
    {what: 'memory of the page with it', values: [memory], limit: 300, unit: 'MB'},
  ];
}

/** Milliseconds to the frame with the table, by each of several builds of the page in turn. */
export async function tableTimes(
  browser: Browser,
  builds: readonly PanelFiles[],
  folder: string,
  turns: number,
): Promise<number[][]> {
  const known = await manyRuns(folder);
  const times = builds.map((): number[] => []);
  for (let turn = 0; turn < turns; turn++)
    for (const [i, files] of inTurn(builds, turn)) times[i]?.push(await openingTime(browser, files, known));
  return times;
}

type KnownRuns = readonly Pick<FakeRun, 'run'>[];

function openTable(browser: Browser, files: PanelFiles, known: KnownRuns): Promise<TestPanel> {
  const saved = {scope: 'compare', selected: null, tab: 'runs'};
  const viewport = {width: 1200, height: 900};
  return TestPanel.open(browser, {files, runs: known, compare: true, saved, viewport, isServed: true});
}

async function openingTime(browser: Browser, files: PanelFiles, known: KnownRuns): Promise<number> {
  const panel = await openTable(browser, files, known);
  const time = await timeToTable(panel);
  await panel.close();
  return time;
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
        // The newest is the one that the page shows, of which more is read.
        path: i === runs - 1 ? run.path : `${run.path}-${i}`,
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

/** From the press on the head of a column to the frame after it is sorted by that, up or down. */
async function timeToSort({page}: TestPanel, column: string): Promise<number> {
  return page.evaluate(async (name) => {
    const button = () => document.querySelector<HTMLElement>(`[data-key="sort ${name}"]`);
    const direction = () => button()?.closest('th')?.getAttribute('aria-sort');
    if (button() === null) throw new Error(`there is no column ${name}`);
    const before = direction();
    const begin = performance.now();
    button()?.click();
    while (direction() === before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begin;
  }, column);
}

/** From the input of a filter to the frame after the line that says how many runs meet it, which must be others than before. */
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
