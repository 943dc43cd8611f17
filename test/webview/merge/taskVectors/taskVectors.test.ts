import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import {gradientConflictCsv} from '../../../../trainer/contract/run/measured/gradientConflictCsv.ts';
import {taskAnalysisCsv} from '../../../../trainer/contract/run/measured/taskAnalysisCsv.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {goldenAnalysis, writeGoldenAnalysis} from '../../../helpers/golden/goldenAnalysis.ts';
import {knownConflict} from '../../../helpers/measurements/knownConflict.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';
import {coloursOf, countColours, drawnColours} from '../../panelPixels.ts';

describePanel('task vectors in the merge tab', (open) => {
  it('has them analysed at the press of a button, and shows what came of it', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], actions: {measure: ({path}) => writeGoldenAnalysis(path)}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('The experts of this run have not been analysed yet.').waitFor();
    await page.getByRole('button', {name: 'Analyse task vectors'}).click();
    await page.getByText(/^expert 3, t 750 to 999 has moved farthest, by \S+ % of the norm of the base/).waitFor();
    const norms = page.getByRole('table', {name: /^Norm of each task vector as a share/});
    expect(await norms.getByRole('row', {name: /^whole network/}).textContent()).toContain('(7.131)');
    expect(await norms.getByRole('row').count()).toBe(1 + 8);
    const cosines = page.getByRole('table', {name: 'Cosine of each pair of task vectors'});
    expect(await cellsOf(cosines, 'expert 1')).toEqual(['-0.001', '–', '-0.004', '0.000']);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('draws the norms by tensor, and has every number in tables', async () => {
    const {analysis, panel, page} = await analysed(open);
    const chart = page.getByRole('img', {name: /^Relative norm by tensor, 219 tensors\. expert 0, t 0 to 249: from/});
    await chart.scrollIntoViewIfNeeded();
    await expect.poll(() => drawnColours(chart.evaluate(coloursOf))).toEqual([true, true, true, true]);
    await page.getByText('Data table of the norms').click();
    const layers = page.getByRole('table', {name: /^Norm of each task vector by tensor/});
    await expect.poll(() => layers.getByRole('row').count()).toBe(1 + analysis.tensors.length);
    await page.getByText('Data table of the distributions').click();
    const boxes = page.getByRole('table', {name: /by rank/});
    await expect.poll(() => boxes.getByRole('row').count()).toBe(1 + 4 * analysis.groups.length);
    const image = page.getByRole('img', {name: /^Box plots of the elements of 4 task vectors in 7 parts/});
    await expect.poll(() => image.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(900);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('compares the experts in one part of the network', async () => {
    const {analysis, panel, page} = await analysed(open);
    await page.getByRole('combobox', {name: 'Compare experts in', exact: true}).click();
    await page.getByRole('option', {name: 'mid', exact: true}).and(page.locator(':visible')).click();
    const mid = analysis.groups.find(({name}) => name === 'mid')?.agreement[1]?.[0] ?? NaN;
    const signs = page.getByRole('table', {name: /^Share of elements that both experts change in the same direction/});
    await eventually(async () => (await cellsOf(signs, 'expert 0'))[1]).toBe(`${Number((100 * mid).toPrecision(3))} %`);
    await panel.close();
  });

  it('saves the numbers and both pictures', async () => {
    const {analysis, panel, page} = await analysed(open);
    for (const name of ['numbers as CSV', 'norms as SVG', 'box plots as SVG', 'box plots as PNG']) {
      await page.getByRole('button', {name: `Save ${name}`}).click();
    }
    await eventually(() => panel.asked.length).toBe(4);
    const [csv, norms, boxes, png] = panel.asked.map((each) => each.arguments);
    expect(csv).toEqual(['task-vectors.csv', taskAnalysisCsv(analysis)]);
    expect(norms?.[0]).toBe('relative-norm-by-tensor.svg');
    expect(String(norms?.[1]).match(/stroke-width="1\.5"/g)).toHaveLength(8);
    expect(String(boxes?.[1]).match(/fill-opacity/g)).toHaveLength(4 * 7);
    const farOut = analysis.groups.flatMap(({quantiles}) => quantiles).flatMap(farElements);
    expect(String(boxes?.[1]).match(/<circle/g)).toHaveLength(farOut.length);
    expect((png?.[1] as Uint8Array).subarray(1, 4)).toEqual(new Uint8Array(Buffer.from('PNG')));
    await panel.close();
  });

  it('has the gradient conflict measured, read by keyboard and by part of the network, and saved', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], actions: {measure: ({path}) => writeConflict(path)}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('The gradient conflict of this run is not measured yet.').waitFor();
    await page.getByRole('button', {name: 'Measure gradient conflict'}).click();
    await page
      .getByText(/43 % of the pairs point against each other.*Suggested: edges: \[0, 250, 1000\], 0\.600 within\./)
      .waitFor();
    const parts = page.getByRole('table', {name: /^Mean cosine of a timestep/});
    expect(await cellsOf(parts, 'up')).toEqual(['800', '0.800', '0.300']);
    const proposals = page.getByRole('table', {name: /^Equal and proposed ranges/});
    expect(await cellsOf(proposals, '2 (suggested)')).toEqual([
      '0.333',
      '0.200',
      '0.600',
      '-0.200',
      'edges: [0, 250, 1000]',
    ]);
    const map = page.getByRole('group', {name: /^Gradient conflict of base, whole network\. Arrow keys/});
    await map.focus();
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight');
    await page.getByText('Timesteps 312 and 62: cosine -0.200').waitFor();
    await page.getByRole('combobox', {name: 'Conflict in', exact: true}).click();
    await page.getByRole('option', {name: 'up', exact: true}).and(page.locator(':visible')).click();
    const picture = page.getByRole('img', {name: /^Heat map: Gradient conflict of base, up\./});
    await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(640);
    for (const name of ['cosines as CSV', 'heat map as SVG', 'heat map as PNG', 'histogram as SVG']) {
      await page.getByRole('button', {name: `Save ${name}`}).click();
    }
    await eventually(() => panel.asked.length).toBe(4);
    const [csv, svg, png, histogram] = panel.asked.map((each) => each.arguments);
    expect(csv).toEqual(['gradient-conflict-base.csv', gradientConflictCsv(knownConflict())]);
    expect(svg?.[0]).toBe('gradient-conflict-of-base,-up.svg');
    expect(svg?.[1]).toContain('cosine of the gradients');
    // Orange and blue, the ends of the scale, and what lies between.
    const colours = await page.evaluate(countColours, png?.[1] as Uint8Array);
    expect(colours).toBeGreaterThan(12);
    expect(histogram?.[1]).toContain('pairs within a range');
    expectNoTrouble(panel);
    await panel.close();
  });

  it('tells why an analysis failed, and lets the user try again', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const measure = () => Promise.reject(new Error('the disk is gone'));
    const panel = await open({runs: [run], actions: {measure}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByRole('button', {name: 'Analyse task vectors'}).click();
    await page.getByRole('alert').getByText('Could not analyse the experts: the disk is gone').waitFor();
    await eventually(() => page.getByRole('button', {name: 'Analyse task vectors'}).isDisabled()).toBe(false);
    await panel.close();
  });

  it('reads, but computes nothing in an untrusted workspace', async () => {
    const {panel, page} = await analysed(open, {trusted: false});
    expect(await page.getByRole('button', {name: 'Analyse task vectors'}).isDisabled()).toBe(true);
    await panel.close();
  });

  it('has no axe violation in any theme and breaks no content policy', async () => {
    const {panel, page} = await analysed(open);
    for (const name of ['norms', 'distributions']) await page.getByText(`Data table of the ${name}`).click();
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});

/** Those of the smallest and the largest element that lie beyond the whiskers at 1 % and 99 %. */
function farElements([smallest = 0, low = 0, , , , , , high = 0, largest = 0]: readonly number[]): number[] {
  return [...(smallest < low ? [smallest] : []), ...(largest > high ? [largest] : [])];
}

async function writeConflict(run: string): Promise<void> {
  await mkdir(join(run, 'conflict'), {recursive: true});
  await writeFile(join(run, 'conflict', 'base.json'), JSON.stringify(knownConflict()));
}

/** A panel whose merge tab shows an analysis and a gradient conflict that are there. */
async function analysed(open: Parameters<Parameters<typeof describePanel>[1]>[0], options: {trusted?: boolean} = {}) {
  const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
  await writeGoldenAnalysis(run.run.path);
  await writeConflict(run.run.path);
  const panel = await open({runs: [run], ...options});
  const {page} = panel;
  await page.getByRole('tab', {name: 'Merge'}).click();
  await page.getByRole('heading', {name: 'How alike the experts are'}).waitFor();
  return {panel, page, analysis: await goldenAnalysis()};
}

function cellsOf(table: ReturnType<Page['getByRole']>, row: string): Promise<string[]> {
  return table.getByRole('row', {name: row}).getByRole('cell').allTextContents();
}
