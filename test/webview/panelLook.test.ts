import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import {decodePng} from '../../trainer/data/pictures/png.ts';
import {fakeRun} from '../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {describePanel, eventually} from './describePanel.ts';

describePanel('the look of a page of 900 pixels', (open) => {
  async function begin(tab: 'losses' | 'samples' | 'merge'): Promise<Page> {
    const run = await fakeRun(await temporaryFolder(), {updates: 60, state: 'done'});
    return (await open({tab, runs: [run], viewport: {width: 900, height: 900}})).page;
  }

  it('keeps the colour bar between its ends, and the curves of a legend apart', async () => {
    const page = await begin('losses');
    await page.getByRole('img', {name: /^consistency loss of expert 3, t 750 to 999/}).waitFor();
    // As many boxes as lines that it is broken into.
    const lines = () =>
      page.locator('.heat-scale').evaluateAll((scales) => scales.map((scale) => scale.getClientRects().length));
    await eventually(lines).toEqual([1, 1]);
    const [first, second] = await page
      .locator('.losses .legend-item')
      .evaluateAll((items) => items.map((item) => item.getBoundingClientRect().toJSON() as DOMRect));
    expect((second?.left ?? 0) - (first?.right ?? 0)).toBeGreaterThanOrEqual(20);
  });

  it('has no hole behind the zoom of samples', async () => {
    const page = await begin('samples');
    const [zoom, text] = [
      page.getByText('Zoom', {exact: true}).locator('..'),
      page.locator('.slider-value', {hasText: /^1 x$/}),
    ];
    await zoom.waitFor();
    const width = await text.evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return element.getBoundingClientRect().right - range.getBoundingClientRect().right;
    });
    expect(width).toBeLessThan(24);
  });

  it('gives a weight with the same digits in the table and in its field', async () => {
    const page = await begin('merge');
    const row = page.getByRole('row', {name: /^expert 0, t 0 to 249/}).first();
    const field = page.getByRole('textbox', {name: 'Weight of expert 0'});
    await field.waitFor();
    expect(await row.getByRole('cell').first().innerText()).toBe(await field.inputValue());
    expect(await field.inputValue()).toMatch(/^\d\.\d{5,}$/);
  });

  it('has no bright track of a slider in a dark panel', async () => {
    const page = await begin('merge');
    const slider = page.getByRole('slider').first();
    await slider.waitFor();
    const {pixels, channels} = decodePng(await slider.screenshot());
    const brightest = pixels.filter((_, i) => i % channels === 0).reduce((most, red) => Math.max(most, red), 0);
    // The thumb is blue, and the track grey; white would have 255 of red.
    expect(brightest).toBeLessThan(150);
    // It is there all the same, on a page of 31.
    expect(brightest).toBeGreaterThan(60);
  });
});
