import {expect, it} from 'vitest';
import {choose} from '../../helpers/editor/choose.ts';
import {fakeRun, type FakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {knownReport} from '../../helpers/runs/knownRun.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';

describePanel('the table of runs', (open) => {
  /** Three runs with different rates and losses. */
  async function threeRuns(): Promise<FakeRun[]> {
    const output = await temporaryFolder();
    const runs: FakeRun[] = [];
    for (const [i, loss] of [0.03, 0.02, 0.025].entries()) {
      const run = await fakeRun(output, {id: `digits-${i + 1}`, updates: 20, learningRate: 1e-5 * (i + 1)});
      run.set({report: knownReport(0.04, loss), notes: {format: 1, tags: i === 1 ? ['good'] : [], note: ''}});
      runs.push(run);
    }
    return runs;
  }

  async function begin(options: Omit<Parameters<typeof open>[0], 'runs'> = {}) {
    const runs = await threeRuns();
    const panel = await open({runs, compare: true, ...options});
    await panel.page.getByRole('tab', {name: 'Runs'}).click();
    const table = panel.page.getByRole('table', {name: 'Runs with their settings and scores'});
    const ids = () => table.locator('tbody tr:not(.spacer) th').allInnerTexts();
    return {panel, page: panel.page, table, ids, runs};
  }

  it('is sorted by a column, filtered by conditions, and marks the best', async () => {
    const {panel, page, table, ids, runs} = await begin();
    const [first, second, third] = runs.map(({run}) => run.record.id);
    await eventually(ids).toEqual([third, second, first]);
    const head = table.getByRole('button', {name: /^merged\.held-out loss( [▲▼])?$/});
    await head.click();
    await eventually(ids).toEqual([second, third, first]);
    await head.press('Enter');
    await eventually(ids).toEqual([first, third, second]);
    expect(await table.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    await page.getByText('3 runs', {exact: true}).waitFor();
    await choose(page, 'Mark the best by', 'merged.held-out loss');
    await eventually(() => table.locator('.best-run th').innerText()).toBe(second);

    const filter = page.getByRole('textbox', {name: 'Filter'});
    await filter.fill('learningRate>=2e-5 & merged.held-out loss<0.03');
    await eventually(ids).toEqual([third, second]);
    await page.getByText('2 of 3 runs').waitFor();
    await filter.fill('rate>3');
    await page.getByText('The filter names a column that no run has').waitFor();
    await filter.fill('good');
    await eventually(ids).toEqual([second]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('chooses among more runs than the toolkit has components for', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 5});
    const runs = Array.from({length: 300}, (_, i) => ({
      run: {...run, path: i === 299 ? run.path : `${run.path}-${i}`, record: {...run.record, id: `many-${i + 1}`}},
    }));
    const panel = await open({runs, compare: true, saved: {scope: 'compare', selected: null, tab: 'runs'}});
    const {page} = panel;
    await page.getByText('300 runs').waitFor();
    const rows = page.getByRole('table', {name: 'Runs with their settings and scores'}).locator('tbody tr');
    await eventually(() => rows.count()).toBeLessThan(60);
    await page.getByRole('combobox', {name: 'Run', exact: true}).selectOption('many-7');
    await page.getByText('Run many-7 is').waitFor({state: 'attached'});
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    // In sight: one below would be scrolled to, and another be the last then.
    await rows.getByRole('checkbox', {name: 'Choose many-298', exact: true}).check();
    await page.getByRole('tab', {name: 'Compare'}).click();
    const choice = page.getByRole('group', {name: /^Runs to compare/});
    await choice.getByText('older runs can be chosen in the table').waitFor();
    await eventually(() => choice.getByRole('checkbox').count()).toBeLessThan(110);
    await eventually(() => choice.getByRole('checkbox', {checked: true}).count()).toBe(1);
    await panel.close();
  });

  it('groups runs, writes tags in place, compares the chosen ones and saves what it shows', async () => {
    const {panel, page, table, ids, runs} = await begin();
    const [first, second] = runs.map(({run}) => run.record.id);
    await choose(page, 'Group by', 'tags');
    const group = table.getByRole('button', {name: 'tags: none (2 runs)'});
    // A long value is cut in a narrow column.
    expect(await group.getAttribute('title')).toBe('tags: none (2 runs)');
    await group.click();
    await eventually(ids).toHaveLength(4);
    await eventually(() => table.locator('.run-group').first().innerText()).toContain('±');
    await choose(page, 'Group by', 'none');

    await table.getByRole('button', {name: `Tags of ${first}: none. Edit`}).click();
    const field = table.getByRole('textbox', {name: `tags of ${first}`});
    await field.fill('wide, good');
    await field.press('Enter');
    await eventually(() => panel.asked.find(({what}) => what === 'writeNotes')?.arguments[1]).toEqual({
      tags: ['wide', 'good'],
      note: '',
    });

    await page.getByRole('button', {name: 'Save CSV'}).click();
    await eventually(() => panel.asked.find(({what}) => what === 'save')?.arguments[1]).toMatch(
      /^id,state,created,tags,.*\n/,
    );
    for (const id of [first, second]) await table.getByRole('checkbox', {name: `Choose ${id}`}).click();
    await page.getByRole('button', {name: 'Compare (2)'}).click();
    await page.getByRole('heading', {name: 'Compare runs', level: 2}).waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('has the columns that are chosen, marks what differs from the baseline, and copies the command of a run', async () => {
    const runs = await threeRuns();
    const saved = {scope: 'compare', selected: null, tab: 'runs', baseline: runs[0]?.run.path};
    const panel = await open({runs, compare: true, saved});
    const {page} = panel;
    const table = page.getByRole('table', {name: 'Runs with their settings and scores'});
    const heads = () => table.getByRole('row').first().getByRole('button').allInnerTexts();
    const rate = 'decouple.optimizer.learningRate';
    await eventually(heads).toContain(rate);
    expect(await heads()).not.toContain('decouple.batch');
    await eventually(() => table.locator('td.differs').allInnerTexts()).toEqual(['3.00e-5', '2.00e-5']);

    await page.getByText(/^Columns \(\d+ of \d+\)$/).click();
    await page.getByRole('textbox', {name: 'Find a column'}).fill('batch');
    const box = page.getByRole('checkbox', {name: 'decouple.batch'});
    await box.click();
    await eventually(heads).toContain('decouple.batch');
    await eventually(() => panel.saved).toMatchObject({
      runTable: {columns: expect.arrayContaining(['decouple.batch']) as unknown},
    });
    // The chooser stays as it is for the next choice.
    expect(await page.getByRole('textbox', {name: 'Find a column'}).inputValue()).toBe('batch');
    await page.getByRole('textbox', {name: 'Find a column'}).fill('rate');
    await page.getByRole('checkbox', {name: rate, exact: true}).click();
    await eventually(heads).not.toContain(rate);
    await page.getByRole('button', {name: 'Usual columns'}).click();
    await eventually(heads).toContain(rate);

    await page.evaluate(() => {
      const writeText = (text: string) => Promise.resolve(void (document.title = text));
      Object.defineProperty(navigator, 'clipboard', {value: {writeText}});
    });
    await page.getByRole('button', {name: `Copy the command of ${runs[1]?.run.record.id}`}).click();
    await eventually(() => page.title()).toMatch(/^deme run \S+digits\.deme\.yaml --engine wasm$/);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('has only the rows in view, reaches all by scrolling, and fits a narrow panel', async () => {
    const [run] = await threeRuns();
    if (run === undefined) expect.fail('no run');
    const many = Array.from({length: 400}, (_, i) => {
      const id = `digits-${i + 1}`;
      const path = `${run.run.path}-${i}`;
      return {...run, run: {...run.run, path, record: {...run.run.record, id}}};
    });
    const panel = await open({runs: many, compare: true, viewport: {width: 400, height: 700}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Runs'}).click();
    const box = page.getByRole('region', {name: 'Runs with their settings and scores'});
    const table = box.getByRole('table');
    await eventually(() => table.getAttribute('aria-rowcount')).toBe('401');
    expect(await table.locator('tbody tr').count()).toBeLessThan(80);
    await box.evaluate((node) => (node.scrollTop = node.scrollHeight));
    await table.locator('tr[aria-rowindex="401"]').waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
