import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Locator} from 'playwright-core';
import {expect, it} from 'vitest';
import {DemeConfig} from '../../../trainer/contract/config/config.ts';
import type {ImageDistances} from '../../../trainer/contract/scores/imageDistances.ts';
import {sampleGrid} from '../../../trainer/data/pictures/sampleGrid.ts';
import {choose} from '../../helpers/editor/choose.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolations, axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';

const side = 4;
const pixels = side * side;

/** A grid of grey images; that of number `i` has one tone, in [-1, 1]. */
function grid(count: number, toneOf: (image: number) => number): Uint8Array {
  return sampleGrid(
    Float32Array.from({length: count * pixels}, (_, i) => toneOf(Math.floor(i / pixels))),
    [side, side, 1],
  );
}

/** Red of the middle of the images of a grid that has so many in a row. */
function tones(canvas: Locator, columns: number, count: number): Promise<number[]> {
  return canvas.evaluate(
    (shown, [across, all, step]) => {
      const context = (shown as HTMLCanvasElement).getContext('2d');
      return Array.from({length: all ?? 0}, (_, i) => {
        const [x, y] = [i % (across ?? 1), Math.floor(i / (across ?? 1))].map((at) => at * (step ?? 0) + 2);
        return context?.getImageData(x ?? 0, y ?? 0, 1, 1).data[0] ?? NaN;
      });
    },
    [columns, count, side + 2],
  );
}

const byte = (tone: number) => Math.round((tone + 1) * 127.5);

describePanel('the samples of a run', (open) => {
  const tone = (image: number) => -0.9 + 0.1 * image;

  /** The evaluation has 9 images of the base and of the merged model, the training of expert 0 has 4, at updates 0 and 200. */
  async function begin(options: Omit<Parameters<typeof open>[0], 'runs'> = {}, imageDistances?: ImageDistances) {
    const run = await fakeRun(await temporaryFolder(), {updates: 300, experts: 1});
    const {config} = run.run;
    const decouple = {ranges: 1, updates: 600, samples: {images: 4}};
    run.set({config: {...config, config: DemeConfig.parse({...config.config, decouple, evaluate: {grid: 9}})}});
    const {report} = run.run;
    if (report !== null && imageDistances) run.set({report: {...report, imageDistances}});
    const put = async (name: string, stage: string, png: Uint8Array, update?: number) => {
      const file = join(
        run.run.path,
        'evaluations',
        name,
        update === undefined ? 'samples.png' : `samples-${update}.png`,
      );
      await writeFile(file, png);
      run.emit({type: 'images', stage, file, update});
    };
    for (const model of ['base', 'expert-0', 'ensemble']) await put(model, `evaluate-${model}`, grid(9, tone));
    await put(
      'merged',
      'evaluate-merged',
      grid(9, (image) => tone(image) + (image === 4 ? 0.2 : 0)),
    );
    await put('expert-0', 'expert-0', grid(4, tone), 0);
    await put('expert-0', 'expert-0', grid(4, tone), 100);
    await put(
      'expert-0',
      'expert-0',
      grid(4, (image) => tone(image) - 0.04),
      200,
    );
    const panel = await open({runs: [run], ...options});
    await panel.page.getByRole('tab', {name: 'Samples'}).click();
    return panel;
  }

  it('are the same images of every model at every update', async () => {
    const panel = await begin();
    const {page} = panel;
    await page.getByText('finished models').waitFor();
    expect(await page.getByText(/^The first/).count()).toBe(0);
    await page.getByRole('slider', {name: /Checkpoint/}).fill('2');
    await page.getByText('update 200 of 600').waitFor();
    await page.getByText('The first 4 images of each, which all models have.').waitFor();
    const base = page.getByRole('img', {name: 'Samples of base'});
    // The file has three in a row; the first four of it are shown as two by two.
    await eventually(() => tones(base, 2, 4)).toEqual([0, 1, 2, 3].map((image) => byte(tone(image))));
    const widths = await page
      .locator('.samples :is(img, canvas)')
      .evaluateAll((all) => all.map((one) => one.clientWidth));
    expect(new Set(widths).size).toBe(1);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('have a signed difference to the base, amplified as chosen', async () => {
    const panel = await begin();
    const {page} = panel;
    await choose(page, 'Show', 'differences to the base');
    const merged = page.getByRole('img', {name: /^Samples of merged minus those of base, 4 times as strong/});
    const steps = byte(tone(4) + 0.2) - byte(tone(4));
    const expected = (factor: number) =>
      Array.from({length: 9}, (_, i) => (i === 4 ? Math.min(255, 128 + factor * steps) : 128));
    await eventually(() => tones(merged, 3, 9)).toEqual(expected(4));
    await page
      .getByText(`mean difference ${Number(((100 * steps) / 255 / 9).toPrecision(3))} % of full scale`)
      .waitFor();
    await eventually(() => page.getByText('the same pixels').count()).toBe(2);
    await choose(page, 'Amplified', '2 x');
    await eventually(() => tones(page.getByRole('img', {name: /^Samples of merged minus .* 2 times/}), 3, 9)).toEqual(
      expected(2),
    );
    // The training drew the base before its first update: in its own way, which is what its samples are compared with.
    await page.getByRole('slider', {name: /Checkpoint/}).fill('2');
    const darker = byte(tone(0) - 0.04) - byte(tone(0));
    const expert = page.getByRole('img', {
      name: /^Samples of expert 0, t 0 to 249 at update 200 minus those of expert 0, t 0 to 249 at update 0, 2 times/,
    });
    await eventually(async () => (await tones(expert, 2, 4))[0]).toBe(128 + 2 * darker);
    await eventually(() => panel.saved).toMatchObject({sampleView: 'differences', differenceFactor: 2});
    expectNoTrouble(panel);
    await panel.close();
  });

  it('stand in the order of their distances, in all grids and differences, and only where these were measured', async () => {
    const merged = [4, 1, 0, 2, 3, 5, 6, 7, 8];
    const imageDistances = {
      network: 'digits',
      toBase: {merged: [2, 3, 1, 0, 9, 0.5, 0.4, 0.3, 0.2]},
      toReal: {base: merged, merged: [...merged].reverse()},
      real: 100,
    };
    const panel = await begin({}, imageDistances);
    const {page} = panel;
    const base = page.getByRole('img', {name: 'Samples of base'});
    await choose(page, 'Order by', 'most unlike the base');
    const order = [4, 1, 0, 2, 5, 6, 7, 8, 3];
    const numbers = async (columns: number, count: number) =>
      (await tones(base, columns, count)).map((level) => Math.round(level / byte(tone(0))) - 1);
    await eventually(() => numbers(3, 9)).toEqual(order);
    await page
      .getByText(
        'images of merged to those of the base from the same noise, between their features by digits: 4 (9), 1 (3)',
      )
      .waitFor();
    await choose(page, 'Order by', 'best: nearest to real images');
    await choose(page, 'of', 'base');
    await eventually(() => numbers(3, 9)).toEqual([2, 1, 3, 4, 0, 5, 6, 7, 8]);
    await eventually(() => panel.saved).toMatchObject({sampleOrder: 'real-least', orderModel: 'base'});
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('slider', {name: /Checkpoint/}).fill('2');
    await eventually(() => numbers(2, 4)).toEqual([0, 1, 2, 3]);
    expect(await page.getByText(/^In the order/).count()).toBe(0);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('change places at the press of a key, and by themselves only where motion is welcome', async () => {
    const panel = await begin();
    const {page} = panel;
    await choose(page, 'Compare', 'base');
    await choose(page, 'with', 'merged');
    await choose(page, 'by', 'flicker');
    const place = page.getByRole('region', {name: 'Two models in one place'});
    const other = place.getByRole('button', {name: 'Show the other'});
    await place.getByText('Shown: base').waitFor();
    expect(await place.getByRole('button', {name: 'Alternate'}).count()).toBe(0);
    const widths = () => place.locator(':is(img, canvas)').evaluateAll((all) => all.map((one) => one.clientWidth));
    const [narrow = 0] = await widths();
    await page.getByRole('slider', {name: 'Zoom'}).fill('1.5');
    await eventually(widths).toEqual([1.5 * narrow, 1.5 * narrow]);
    await choose(page, 'by', 'wipe');
    await place.getByRole('slider', {name: 'Edge between the two'}).waitFor();
    expect(await widths()).toEqual([1.5 * narrow, 1.5 * narrow]);
    await choose(page, 'by', 'flicker');
    await other.focus();
    await page.keyboard.press('Enter');
    await place.getByText('Shown: merged').waitFor();
    expect(await place.getByRole('img').count()).toBe(1);
    const bySelf = place.getByRole('button', {name: 'Alternate'});
    /** Two changes would have been due. */
    const expectStill = async () => {
      const shown = await place.getByText(/^Shown: /).textContent();
      await page.waitForTimeout(1600);
      expect(await place.getByText(/^Shown: /).textContent()).toBe(shown);
    };
    await page.emulateMedia({reducedMotion: 'no-preference'});
    await bySelf.click();
    for (const model of ['base', 'merged', 'base']) await place.getByText(`Shown: ${model}`).waitFor();
    await other.click();
    await expectStill();
    // The wish may come while they alternate: from the system, or from the editor alone.
    await bySelf.click();
    await page.emulateMedia({reducedMotion: 'reduce'});
    await bySelf.waitFor({state: 'hidden'});
    await expectStill();
    await page.emulateMedia({reducedMotion: 'no-preference'});
    await expectStill();
    await bySelf.click();
    for (const model of ['merged', 'base', 'merged']) await place.getByText(`Shown: ${model}`).waitFor();
    await page.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
    await bySelf.waitFor({state: 'hidden'});
    await expectStill();
    expectNoTrouble(panel);
    await panel.close();
  });

  it.each([400, 900, 1440])(
    'have no axe violation as differences in %i pixels, and do not make the page wider',
    async (width) => {
      const panel = await begin({
        viewport: {width, height: 900},
        saved: {
          scope: 'experiment',
          selected: null,
          sampleView: 'differences',
          sampleZoom: 2,
          wipe: {left: 'base', right: 'merged', share: 50},
          pairView: width === 900 ? 'difference' : 'flicker',
        },
      });
      await panel.page
        .getByText(/^mean difference/)
        .first()
        .waitFor();
      expect(await (width === 900 ? axeViolationsInThemes(panel) : axeViolations(panel.page))).toEqual([]);
      expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await panel.close();
    },
  );
});
