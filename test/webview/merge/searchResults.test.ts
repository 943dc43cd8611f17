import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import {distanceSearch} from '../../helpers/measurements/distanceSearch.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {describePanel, expectNoTrouble} from '../describePanel.ts';

describePanel('a search by distance in the merge tab', (open) => {
  it('names its objective and unit, and shows its result beside what it has to beat', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const {report} = run.run;
    if (report === null) throw new Error('the run has a report');
    run.set({report: {...report, weights: [-2, 3], search: distanceSearch}});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('Found by the cma-es search for the lowest Fréchet distance within the loss').waitFor();
    await page.getByText('squared distance of the features of images to those of training images').waitFor();
    // Distances of equally many images first, and no comparison of others with the base.
    expect(await rowsOf(page, /^The best of 3 candidates/)).toEqual([
      ['cma-es', '-2, 3', '26.50', '512', '-10.17 %'],
      ['base', '0, 0', '29.50', '512', '0.00 %'],
      ['ones', '1, 1', '25', '64', ''],
    ]);
    const tested = await rowsOf(
      page,
      /to 2000 test images, which the search has not seen: 1000 images for each of the seeds 100, 101/,
    );
    expect(tested[1]).toEqual(['best', '27 ± 1.0', '-3.500 ± 0.50', '26 ± 0.90']);
    await page.getByText('best minus base, the best of the others: -3.500 ± 0.50').waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });
});

describePanel('the losses of the merge tab', (open) => {
  it('are said to be of which images, with the words of their tables explained', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const {search} = run.run.report ?? {};
    const panel = await open({runs: [run], tab: 'merge'});
    const {page} = panel;
    await page.getByText('On 2000 test images, 1 timestep of each in each range, seed 1').waitFor();
    expect(search?.base.toPrecision(4)).toBe('0.02699');
    await page.getByText(/^On validation images, on which the base has the loss 0\.02699: other images/).waitFor();
    const shown = (await rowsOf(page, /^The best of/)).map(([origin = '']) => origin);
    const notes = await page.getByText(/^Where weights come from: /).innerText();
    for (const origin of ['ones', 'paper', 'uniform', 'quadratic fit', 'cma-es'])
      expect(notes.includes(`${origin}: `), origin).toBe(shown.includes(origin));
    expectNoTrouble(panel);
    await panel.close();
  });
});

describePanel('a search over checkpoints in the merge tab', (open) => {
  it('shows with what weights of which updates the run merged', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const {report} = run.run;
    if (report === null) throw new Error('the run has a report');
    const checkpoints = {updates: [20, 10], loss: 0.02, weights: [1.5, 0.5, -0.5, 0.25], candidates: []};
    run.set({report: {...report, weights: [-2, 3], search: {...distanceSearch, checkpoints}}});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('Weights of the checkpoints, with which the run merged').first().waitFor();
    expect(await rowsOf(page, /^Weights of the checkpoints/)).toEqual([
      ['20', '1.500, 0.5000'],
      ['10', '-0.5000, 0.2500'],
    ]);
    // What weighs the final experts only says so.
    await page
      .getByText(/The sliders, and the preview and merges made by them, are of the final experts alone\./)
      .waitFor();
    await page.getByText(/The loss plane is of the final experts alone\./).waitFor();
    await page.getByRole('columnheader', {name: 'Best without checkpoints'}).waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });
});

/** The cells of a table without its head. */
async function rowsOf(page: Page, name: RegExp): Promise<string[][]> {
  const rows = await page.getByRole('table', {name}).getByRole('row').all();
  return Promise.all(rows.slice(1).map((row) => row.locator('th, td').allTextContents()));
}
