import type {Locator} from 'playwright-core';
import {expect, it} from 'vitest';
import type {PreviewText} from '../../../../trainer/contract/panel/preview.ts';
import {encodePng} from '../../../../trainer/data/pictures/png.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';
import type {TestPanel, TestPanelOptions} from '../../testPanel.ts';
import {FakePreview} from './fakePreview.ts';
import {settledBox} from '../../settledBox.ts';

describePanel('the live preview of models with a text encoder', (open) => {
  async function begin({hasText = true, ...options}: Partial<TestPanelOptions> & {hasText?: boolean} = {}) {
    const fake = new FakePreview({hasText});
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], actions: {preview: fake.start}, ...options});
    return {fake, run, panel, page: panel.page, prompts: await start(panel)};
  }

  /** Starts the preview; returns the field of the prompts. */
  async function start({page}: TestPanel): Promise<Locator> {
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByRole('button', {name: 'Start live preview'}).click();
    await page.getByText('51,985 parameters loaded').waitFor();
    return page.getByRole('textbox', {name: 'Prompts, one a line'});
  }

  /** What was asked for last. */
  const lastText = ({draws}: FakePreview): PreviewText | undefined => draws.at(-1)?.text;

  it('draws a row for each prompt and a column for each image of the seed', async () => {
    const {fake, panel, page, prompts} = await begin();
    await eventually(() => lastText(fake)).toEqual({prompts: [''], negative: '', guidance: 7.5});
    await prompts.fill('a bold seven\n\n  a thin two, tilted left ');
    await page.getByRole('textbox', {name: 'Negative prompt'}).fill('a blot');
    await page.getByRole('textbox', {name: 'Guidance of the preview'}).fill('3');
    const text = {prompts: ['a bold seven', 'a thin two, tilted left'], negative: 'a blot', guidance: 3};
    await eventually(() => lastText(fake)).toEqual(text);
    expect(fake.draws.at(-1)).toMatchObject({images: 4, steps: 20, seed: 0});
    for (const name of ['Preview', 'Base', 'Last saved merge']) {
      const alt = `${name}: 4 images of each prompt, 20 steps, seed 0, “a bold seven”, “a thin two, tilted left”; guidance 3, away from “a blot”`;
      const picture = page.getByRole('img', {name: alt});
      const figure = page.getByRole('figure').filter({has: picture});
      // Read at one moment: the refined picture takes the place of the coarse one.
      const rows = () => figure.evaluate(rowOffsets, ['“a bold seven”', '“a thin two, tilted left”']);
      const inPlace = expect.closeTo(0, -1) as number;
      await eventually(rows).toEqual([inPlace, inPlace]);
      await figure.getByText('0/3', {exact: true}).waitFor();
    }
    expectNoTrouble(panel);
    await panel.close();
  });

  it('shows a coarse picture of fewer images with rows as high as those of the refined one', async () => {
    const {fake, panel, page, prompts} = await begin();
    await prompts.fill('one\ntwo');
    const picture = page.getByRole('img', {name: /^Preview: .*two/});
    // The last of the draw: with each, all are put in anew.
    await page.getByRole('img', {name: /^Last saved merge: .*two/}).waitFor();
    const whole = await settledBox(picture);
    const {id = 0, text} = fake.draws.at(-1) ?? {};
    const png = Buffer.from(encodePng(new Uint8Array(2), 1, 2, 1)).toString('base64');
    const coarse = {kind: 'picture', id, of: 'coarse', cell: 0, png, seed: 0, images: 1, steps: 4, seconds: 1} as const;
    fake.say({...coarse, text});
    await page.getByText('Preview (coarse): 1 image of each prompt').waitFor();
    // The words come before the picture is decoded.
    await eventually(async () => (await settledBox(picture)).width).toBeCloseTo(whole.width / 4, 0);
    const part = await settledBox(picture);
    expect(part.height).toBeCloseTo(whole.height, 0);
    await panel.close();
  });

  it('has no prompt field for models without a text encoder', async () => {
    const {fake, panel, page, prompts} = await begin({hasText: false});
    await page.getByRole('img', {name: /^Preview: 16 images, 20 steps, seed 0$/}).waitFor();
    expect(await prompts.isVisible()).toBe(false);
    expect(fake.draws[0]).not.toHaveProperty('text');
    await panel.close();
  });

  it('draws a text once nobody types any more, and undoes typing and weights apart', async () => {
    const {fake, panel, page, prompts} = await begin();
    await page.getByRole('textbox', {name: 'Weight of expert 1'}).fill('0.75');
    await eventually(() => fake.draws.at(-1)?.setting.weights[1]).toBe(0.75);
    const before = fake.draws.length;
    // The page's clock stands while letters are typed: on a busy machine, a pause between two would count as the end of typing.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await prompts.pressSequentially('a seven');
    expect(fake.draws.length).toBe(before);
    await page.clock.resume();
    await eventually(() => lastText(fake)?.prompts).toEqual(['a seven']);
    expect(fake.draws.length).toBe(before + 1);
    await page.keyboard.press('Control+z');
    await eventually(() => lastText(fake)?.prompts).toEqual(['']);
    expect(fake.draws.at(-1)?.setting.weights[1]).toBe(0.75);
    await page.getByRole('textbox', {name: 'Weight of expert 1'}).press('Control+z');
    await eventually(() => fake.draws.at(-1)?.setting.weights[1]).not.toBe(0.75);
    await panel.close();
  });

  it('says what is too much, and draws again once it is not', async () => {
    const {fake, panel, page, prompts} = await begin();
    await eventually(() => fake.draws.length).toBe(1);
    await page.getByRole('textbox', {name: 'Images of each prompt of the preview'}).fill('40');
    await eventually(() => fake.draws.length).toBe(2);
    await prompts.fill('one\ntwo');
    await page
      .getByRole('alert')
      .getByText('2 prompts of 40 images are 80 images; a preview draws at most 64')
      .waitFor();
    await prompts.fill(Array.from({length: 17}, (_, i) => `prompt ${i}`).join('\n'));
    await page.getByRole('alert').getByText('at most 16 prompts').waitFor();
    await prompts.fill('one\ntwo');
    await page.getByRole('textbox', {name: 'Images of each prompt of the preview'}).fill('8');
    await eventually(() => fake.draws.at(-1)).toMatchObject({images: 8, text: {prompts: ['one', 'two']}});
    expect(fake.draws).toHaveLength(3);
    expect(await page.getByRole('alert').count()).toBe(0);
    await panel.close();
  });

  it('comes back with the prompts last used for the same base, not for another', async () => {
    const {fake, panel, run, prompts} = await begin();
    await prompts.fill('a bold seven');
    await eventually(() => panel.saved).toMatchObject({prompts: {base: {prompts: ['a bold seven']}}});
    const reopened = {runs: [run], saved: panel.saved, actions: {preview: fake.start}};
    const again = await open(reopened);
    expect(await (await start(again)).inputValue()).toBe('a bold seven');
    await eventually(() => lastText(fake)?.prompts).toEqual(['a bold seven']);
    const {config} = run.run;
    run.set({config: {...config, config: {...config.config, base: 'other'}}});
    const other = await open(reopened);
    expect(await (await start(other)).inputValue()).toBe('');
    await Promise.all([panel, again, other].map((each) => each.close()));
  });

  it('draws grids over two numbers with the prompts', async () => {
    const {fake, panel, page, prompts} = await begin();
    await prompts.fill('one\ntwo');
    await eventually(() => lastText(fake)?.prompts).toHaveLength(2);
    await page.getByRole('button', {name: 'Draw grid'}).click();
    await page.getByText('9 of 9 cells drawn').waitFor();
    expect(fake.orders.at(-1)).toMatchObject({kind: 'grid', images: 2, text: {prompts: ['one', 'two']}});
    expectNoTrouble(panel);
    await panel.close();
  });

  it('has no axe violation in any theme', async () => {
    const {panel, page, prompts} = await begin();
    await prompts.fill('a bold seven\na thin two');
    await page.getByRole('img', {name: /^Preview: .*“a thin two”/}).waitFor();
    // Hovered buttons have colours that the played themes lack.
    await page.mouse.move(0, 0);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('fits into 400 pixels, and is reached by keyboard', async () => {
    const {panel, page, prompts} = await begin({viewport: {width: 400, height: 800}});
    await prompts.fill('a bold seven\na very long prompt of many words that would not fit beside a row of the picture');
    await page.getByRole('img', {name: /^Preview: .*many words/}).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await prompts.focus();
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-key'));
    expect(await focused()).toBe('Negative prompt');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Guidance of the preview');
    await panel.close();
  });
});

/** How far each label is below the top of its row of the picture, in pixels, where every row is as high; NaN without a label. */
function rowOffsets(figure: Element, labels: string[]): number[] {
  const {y = NaN, height = NaN} = figure.querySelector('img')?.getBoundingClientRect() ?? {};
  const all = [...figure.querySelectorAll('*')];
  return labels.map((label, row) => {
    const top = all.find(({textContent, childElementCount}) => childElementCount === 0 && textContent === label);
    return (top?.getBoundingClientRect().y ?? NaN) - (y + (row * height) / labels.length);
  });
}
