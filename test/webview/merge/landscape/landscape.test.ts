import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import type {LossLandscape} from '../../../../trainer/contract/run/measured/lossLandscape.ts';
import {lossLandscapeCsv} from '../../../../trainer/contract/run/measured/lossLandscapeCsv.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {knownLandscape} from '../../../helpers/measurements/knownLandscape.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';
import {countColours} from '../../panelPixels.ts';

async function writeLandscape(run: string, landscape: LossLandscape, name = 'base-random'): Promise<void> {
  await mkdir(join(run, 'landscape'), {recursive: true});
  await writeFile(join(run, 'landscape', `${name}.json`), JSON.stringify(landscape));
}

async function cellsOf(page: Page, table: RegExp, row: string): Promise<string[]> {
  const found = page.getByRole('table', {name: table}).getByRole('row', {name: row});
  // A table that opens is filled a moment later.
  await found.first().waitFor();
  return found.getByRole('cell').allTextContents();
}

describePanel('the loss landscape in the merge tab', (open) => {
  it('is measured at the press of a button, grows while it is, and has pictures and tables', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    let finish = () => undefined as void;
    const measured = new Promise<void>((resolve) => (finish = resolve));
    const panel = await open({runs: [run], actions: {measure: () => measured}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('The loss landscape of this run is not measured yet.').waitFor();
    await page.getByRole('button', {name: 'Measure loss landscape'}).click();
    await writeLandscape(run.run.path, knownLandscape({done: 24}));
    await page.getByText('Measuring losses … 40 %').waitFor();
    await page.getByRole('img', {name: /^Contours for all t: loss 0\.03250 at the centre/}).waitFor();
    await writeLandscape(run.run.path, knownLandscape());
    finish();
    const picture = page.getByRole('img', {name: /^Contours for \[0, 250\):.*sharpness 3\.000\.$/});
    await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(270);
    await page.getByText(/^Around base, random directions, drawn at random/).waitFor();
    // The derivatives of 0.03 a + 2 a² + b² and of 0.04 b + 0.1 a² - 0.02 b²; over all timesteps with the shares of the ranges.
    const row = (name: string) => cellsOf(page, /^Slope and sharpness/, name);
    expect((await row('[0, 250)')).slice(0, 5)).toEqual(['0.1000', '0.03000', '3.000', '4.000', '2.000']);
    expect((await row('[250, 1000)')).slice(0, 5)).toEqual(['0.01000', '0.04000', '0.08000', '0.2000', '-0.04000']);
    const [, slope, sharpness, , , share] = (await row('all t')).map(Number);
    expect(slope).toBeCloseTo(Math.hypot(0.03 / 4, (3 * 0.04) / 4), 4);
    expect(sharpness).toBeCloseTo(3 / 4 + (3 * 0.08) / 4, 4);
    expect(share).toBeCloseTo(0.81 / 0.0325, 2);
    await page.getByText('Data tables of the losses').click();
    expect((await cellsOf(page, /^Loss of \[0, 250\)/, '0.6'))[6]).toBe('1.198');
    expectNoTrouble(panel);
    await panel.close();
  });

  it('is shown of the model that the user chooses, and saved', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const directions = {kind: 'task-vectors', experts: [0, 1] as [number, number], cosine: 0.25} as const;
    await writeLandscape(run.run.path, knownLandscape());
    await writeLandscape(run.run.path, knownLandscape({directions}), 'base-task-vectors-0-1');
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByRole('combobox', {name: 'Landscape of', exact: true}).click();
    const option = page.getByRole('option', {name: 'base, task vectors of experts 0 and 1', exact: true});
    await option.and(page.locator(':visible')).click();
    await page.getByText(/^Around base, task vectors of experts 0 and 1, with a cosine of 0\.250/).waitFor();
    for (const kind of ['CSV', 'SVG', 'PNG'])
      await page.getByRole('button', {name: `Save landscape as ${kind}`}).click();
    await eventually(() => panel.asked.length).toBe(3);
    const saved = new Map(panel.asked.map(({arguments: [name, content]}) => [name, content]));
    const title = 'loss-landscape-of-base,-task-vectors-of-experts-0-and-1';
    expect([...saved.keys()]).toEqual([
      'loss-landscape-base-task-vectors-of-experts-0-and-1.csv',
      `${title}.svg`,
      `${title}.png`,
    ]);
    expect([...saved.values()][0]).toBe(lossLandscapeCsv(knownLandscape({directions})));
    expect(saved.get(`${title}.svg`)).toContain('>[250, 1000)</text>');
    expect(await page.evaluate(countColours, saved.get(`${title}.png`) as Uint8Array)).toBeGreaterThan(9);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('is read until it is complete, whoever measures it, without an axe violation in any theme', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    await writeLandscape(run.run.path, knownLandscape({done: 10}));
    const panel = await open({runs: [run], trusted: false});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('20 % measured.').waitFor();
    expect(await page.getByRole('button', {name: 'Measure loss landscape'}).isDisabled()).toBe(true);
    await writeLandscape(run.run.path, knownLandscape());
    await page.getByRole('img', {name: /^Contours for all t:.*sharpness 0\.8100\.$/}).waitFor();
    await page.getByText('Data tables of the losses').click();
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
