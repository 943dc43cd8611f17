import {expect, it} from 'vitest';
import {DemeConfig} from '../../../trainer/contract/config/config.ts';
import {choose} from '../../helpers/editor/choose.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';
import {settledBox} from '../settledBox.ts';

describePanel('samples by prompts', (open) => {
  const prompts = ['a bold seven', 'a thin two'];

  async function begin(options: Omit<Parameters<typeof open>[0], 'runs'> = {}) {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const {config} = run.run;
    const sampling = {prompts, negative: 'a blot', guidance: 3, seed: 7};
    const samples = {prompts: ['another'], images: 4};
    const decouple = {ranges: 4, samples};
    const changed = DemeConfig.parse({...config.config, decouple, evaluate: {sampling, grid: 8}});
    run.set({config: {...config, config: changed}});
    const panel = await open({runs: [run], ...options});
    await panel.page.getByRole('tab', {name: 'Samples'}).click();
    return panel;
  }

  it('have the prompt of each row and the seed of each column, and their recipe', async () => {
    const panel = await begin();
    const {page} = panel;
    const alt = 'Samples of merged, rows “a bold seven”, “a thin two”; guidance 3, away from “a blot”, seed 7';
    const picture = page.getByRole('img', {name: alt});
    const figure = page.getByRole('figure').filter({has: picture});
    await eventually(() => picture.evaluate((img) => (img as HTMLImageElement).complete)).toBe(true);
    const placeOf = (label: string) => settledBox(figure.getByText(label, {exact: true}));
    const {x, y, height, width} = await settledBox(picture);
    expect((await placeOf('“a bold seven”')).y).toBeCloseTo(y, -1);
    expect((await placeOf('“a thin two”')).y).toBeCloseTo(y + height / 2, -1);
    expect((await placeOf('7/3')).x).toBeCloseTo(x + (3 * width) / 4, -1);
    await page.getByText('Recipe of these samples').click();
    await page.getByRole('definition').filter({hasText: '["a bold seven","a thin two"]'}).waitFor();
    await page.getByRole('slider', {name: /Checkpoint/}).fill('0');
    await page
      .getByRole('img', {name: 'Samples of expert 0, t 0 to 249 at update 100, rows “another”; guidance 7.5'})
      .waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('name their prompts beside each other under the wipe', async () => {
    const panel = await begin();
    const {page} = panel;
    await choose(page, 'Compare', 'base');
    await choose(page, 'with', 'merged');
    const wiped = page
      .getByRole('region', {name: 'Two models in one place'})
      .getByRole('img', {name: /rows “a bold seven”/});
    await eventually(() => wiped.count()).toBe(2);
    await panel.close();
  });

  it('have no axe violation in any theme and fit into 400 pixels', async () => {
    const panel = await begin({viewport: {width: 400, height: 800}});
    await panel.page.getByRole('img', {name: /^Samples of merged, rows/}).waitFor();
    await panel.page.mouse.move(0, 0);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await panel.close();
  });
});
