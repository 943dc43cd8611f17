import {expect, it} from 'vitest';
import type {StudyFile} from '../../../extension/studies/studyFile.ts';
import type {MatrixResult} from '../../../trainer/contract/matrix/matrixResult.ts';
import {publishedResults} from '../../../trainer/pipeline/benchmark/publishedResults.ts';
import {choose} from '../../helpers/editor/choose.ts';
import {fakeRun, type FakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {studyContent, studyFixture} from '../../helpers/measurements/studyFixture.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';
import type {TestPanel} from '../testPanel.ts';

describePanel('the page of studies', (open) => {
  /** Runs with the names that the tables of the fixtures have, and the config that they were made of. */
  async function tinyRuns(count: number): Promise<FakeRun[]> {
    const output = await temporaryFolder();
    const runs: FakeRun[] = [];
    for (let i = 1; i <= count; i++) {
      const run = await fakeRun(output, {id: `digits-${i}`, updates: 0, state: 'done'});
      const {record} = run.run;
      run.set({record: {...record, id: `tiny-${i}`, config: 'tiny.deme.yaml'}});
      runs.push(run);
    }
    return runs;
  }

  const withoutOutput = {output: undefined};
  const all = (): StudyFile[] => [
    studyFixture('matrix', '/w/tiny-matrix/matrix.json', withoutOutput, 1),
    studyFixture('study', '/w/tiny-study/study.json', withoutOutput, 2),
  ];

  async function begin(studies: readonly StudyFile[] = all(), options: Partial<Parameters<typeof open>[0]> = {}) {
    const runs = await tinyRuns(2);
    const panel = await open({runs, studies, saved: {scope: 'experiment', selected: null, tab: 'studies'}, ...options});
    return {panel, page: panel.page, runs, region: panel.page.locator('#view-studies')};
  }

  const overflow = ({page}: TestPanel) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

  it('concludes in words, marks the best, sorts by keyboard, and exports what it shows', async () => {
    const {panel, page, region} = await begin();
    await region.getByRole('heading', {name: 'Study of tiny'}).waitFor();
    expect(await region.locator('.headline').allInnerTexts()).toEqual([
      expect.stringMatching(/^Held-out loss: no merged model/),
      expect.stringMatching(/^Fréchet distance: no merged model/),
    ]);
    const table = region.locator('.study-table');
    const names = () => table.locator('tbody th').allInnerTexts();
    const row = table.getByRole('row', {name: /^merged by held-out loss/});
    expect(await row.innerText()).toMatch(/1\.0200 ± 0\.0073\s+★/);
    expect(await row.innerText()).toContain('better than the base by 13 standard errors');
    const sort = table.getByRole('button', {name: /^held-out loss( [▲▼])?$/});
    await sort.focus();
    await page.keyboard.press('Enter');
    await eventually(async () => (await names())[0]).toBe('merged by held-out loss');
    await page.keyboard.press('Enter');
    await eventually(async () => (await names())[0]).toBe('base');
    expect(await table.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    await region.getByText('9 runs; 4 trainings were done, 32 taken over from another run').waitFor();
    expect(await region.locator('.interval-chart').count()).toBe(2);
    expect(await region.getByAltText(/^Images that differ most by digits/).count()).toBe(1);

    await region.getByRole('button', {name: 'Save CSV'}).click();
    await eventually(() => panel.asked.find(({what}) => what === 'save')?.arguments).toMatchObject([
      'tiny-study.csv',
      expect.stringMatching(/^Model,"held-out loss",/),
    ]);
    // Only secure pages have a clipboard, as the webviews of the editor are.
    await page.evaluate(() => {
      const writeText = async (copied: string) => void Object.assign(window, {copied});
      Object.defineProperty(navigator, 'clipboard', {value: {writeText}});
    });
    await region.getByRole('button', {name: 'Copy as Markdown'}).click();
    await eventually(() => page.evaluate(() => (window as unknown as {copied?: string}).copied)).toMatch(
      /^tiny-study\n\n\| Model \|/,
    );
    expectNoTrouble(panel);
    await panel.close();
  });

  it('links to its runs, which link back', async () => {
    const {panel, page, region, runs} = await begin();
    await region.getByRole('button', {name: 'tiny-1'}).click();
    await page.getByRole('tab', {name: 'Overview', selected: true}).waitFor();
    await page.getByText('Part of the matrix of tiny (8 runs), the study of tiny (9 runs)').waitFor();
    await page.getByRole('button', {name: 'the matrix of tiny'}).click();
    await region.getByRole('heading', {name: 'Matrix of tiny'}).waitFor();
    await choose(page, 'Model', 'base');
    await region.getByRole('table', {name: /by the scores of base/}).waitFor();
    await region.getByRole('checkbox', {name: 'Settings that differ'}).click();
    await region.getByRole('table', {name: /by the scores of base/}).waitFor();
    panel.session.studies.show('/w/tiny-study/study.json');
    await region.getByRole('heading', {name: 'Study of tiny'}).waitFor();
    expect(runs).toHaveLength(2);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('follows a matrix while it is made', async () => {
    const whole = studyContent('matrix').result as MatrixResult;
    const [first, second] = whole.planned ?? [];
    const [row] = whole.rows;
    if (!first || !second || !row) expect.fail('no cells');
    const ended = [{...row, runs: row.runs.slice(0, 1)}];
    const studies = [
      studyFixture(
        'matrix',
        '/w/tiny-matrix/matrix.json',
        {...withoutOutput, rows: [], current: {...first, run: 'tiny-1'}},
        1,
      ),
    ];
    const {panel, region, runs} = await begin(studies);
    const state = (cells: RegExp) => region.getByRole('row', {name: cells}).innerText();
    await region.getByText('0 of 8 runs;').first().waitFor();
    runs[0]?.set({state: {...runs[0].run.state!, state: 'running', progress: 0.42}});
    panel.changed(runs[0]!);
    await eventually(() => state(/^technique = all, weights = \[1,1\] 0 tiny-1/)).toContain('running at 42 %');
    expect(await region.getByText('waiting', {exact: true}).count()).toBe(7);
    studies[0] = studyFixture(
      'matrix',
      '/w/tiny-matrix/matrix.json',
      {...withoutOutput, rows: ended, current: {...second, run: 'tiny-2'}},
      2,
    );
    panel.session.studies.changed();
    await region.getByText('1 of 8 runs;').first().waitFor();
    await region.locator('.study-table tbody tr').waitFor();
    runs[1]?.set({state: {...runs[1].run.state!, state: 'lost', progress: 0.1}});
    panel.changed(runs[1]!);
    await eventually(() => state(/^technique = all, weights = \[1,1\] 1 tiny-2/)).toContain(
      'lost (its process is gone) at 10 %',
    );
    expectNoTrouble(panel);
    await panel.close();
  });

  it.each([400, 900, 1440])('fits a panel of %i pixels in every theme', async (width) => {
    const benchmark = studyFixture(
      'benchmark',
      '/w/benchmark.json',
      {published: publishedResults['sd-coco30k'], run: 'tiny-1', config: 'tiny.deme.yaml'},
      3,
    );
    const {panel, page, region} = await begin([...all(), benchmark], {viewport: {width, height: 800}});
    await region.getByRole('heading', {name: 'Benchmark of digits'}).waitFor();
    await region.getByText('published: BK-SDM').first().waitFor();
    expect(await overflow(panel)).toBeLessThanOrEqual(0);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    for (const path of ['/w/tiny-matrix/matrix.json', '/w/tiny-study/study.json']) {
      panel.session.studies.show(path);
      await region.getByRole('heading', {name: path.includes('study') ? 'Study of tiny' : 'Matrix of tiny'}).waitFor();
      expect(await overflow(panel)).toBeLessThanOrEqual(0);
      expect(await axeViolationsInThemes(panel)).toEqual([]);
    }
    await page.getByRole('tab', {name: 'Overview'}).click();
    expect(await overflow(panel)).toBeLessThanOrEqual(0);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('says what is missing: no study, one that cannot be read, runs that are gone, hostile texts', async () => {
    const none = await begin([]);
    await none.region.getByText('No study, matrix or benchmark has runs of this experiment.').waitFor();
    await none.panel.close();

    const text = `<img src=x onerror=alert(1)> ${'very long '.repeat(40)}`;
    const {rows, planned = []} = studyContent('matrix').result as MatrixResult;
    const hostile = {
      ...withoutOutput,
      name: 'tiny',
      columns: ['__proto__', 'weights'],
      rows: rows.map((row) => ({...row, labels: {['__proto__']: text, weights: text}})),
      planned: planned.map((each) => ({...each, repeat: text})),
    };
    const broken: StudyFile = {
      path: '/w/x-study/study.json',
      kind: 'study',
      changed: 9,
      content: null,
      problem: 'This is not valid JSON.',
    };
    const {panel, page, region} = await begin(
      [studyFixture('matrix', '/w/tiny-matrix/matrix.json', hostile, 1), broken],
      {
        compare: true,
        viewport: {width: 400, height: 800},
        saved: {scope: 'compare', selected: null, tab: 'studies'},
      },
    );
    await region.getByText('This is not valid JSON.').waitFor();
    panel.session.studies.show('/w/tiny-matrix/matrix.json');
    await region.getByRole('heading', {name: 'Matrix of tiny'}).waitFor();
    await region.getByText('tiny-7 (not here any more)').first().waitFor();
    expect(await overflow(panel)).toBeLessThanOrEqual(0);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expectNoTrouble(panel);
    await panel.close();
  });
});
