import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import {PageState} from '../../../trainer/contract/panel/panelPage.ts';
import {fakeRun, fakeStep} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolations, axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';
import {settledBox} from '../settledBox.ts';

describePanel('the losses of a run', (open) => {
  const canvas = (page: Page) => page.getByRole('img', {name: /^Denoising loss over updates/});
  const places = (page: Page) =>
    page.evaluate(() =>
      ['.chart-frame', '.heat-frame'].map((frame) => {
        const {left, right, top, bottom} = document.querySelector(`#view-losses ${frame}`)!.getBoundingClientRect();
        return {left, right, top, bottom};
      }),
    );

  it.each([400, 700, 900, 1440])('stand beside each other above the fold, or fit into %i pixels', async (width) => {
    const run = await fakeRun(await temporaryFolder(), {updates: 60});
    const panel = await open({tab: 'losses', runs: [run], viewport: {width, height: 900}});
    const {page} = panel;
    await page.getByRole('img', {name: /^consistency loss of expert 3, t 750 to 999/}).waitFor();
    const [chart, heat] = await places(page);
    if (chart === undefined || heat === undefined) throw new Error('nothing is drawn');
    if (width < 700) expect(heat.top).toBeGreaterThan(chart.bottom);
    else {
      expect(heat.left).toBeGreaterThan(chart.right);
      expect(Math.max(chart.bottom, heat.bottom)).toBeLessThan(900);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await canvas(page).hover({position: {x: 200, y: 100}});
    await page.locator('.chart-tip').first().waitFor();
    expect(await (width === 900 ? axeViolationsInThemes(panel) : axeViolations(page))).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('have their timesteps in the legend', async () => {
    const panel = await open({tab: 'losses', runs: [await fakeRun(await temporaryFolder(), {updates: 5})]});
    const items = panel.page.getByRole('group', {name: 'Shown curves'}).locator('.legend-item');
    await eventually(() => items.allInnerTexts()).toHaveLength(4);
    expect((await items.allInnerTexts())[3]).toMatch(/^\s*expert 3, t 750 to 999$/);
    await panel.close();
  });

  it('stand at the cursor, smoothed and as they were logged, within the page', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 0, experts: 1});
    const step = fakeStep('expert-0', 1);
    for (const [i, denoise] of [1, 2, 4].entries()) {
      run.emit({...step, update: i + 1, losses: {...step.losses, denoise}});
    }
    const panel = await open({
      runs: [run],
      viewport: {width: 400, height: 900},
      saved: {tab: 'losses', logY: false, scope: 'experiment', selected: null},
    });
    const {page} = panel;
    await page.getByText('3 of 3 points shown').first().waitFor();
    const box = await canvas(page).boundingBox();
    if (box === null) throw new Error('the chart is not drawn');
    const tip = page.locator('.chart-tip').filter({visible: true});
    for (const share of [0.3, 0.6, 0.95]) {
      const [x, y] = [box.x + share * box.width, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await tip.waitFor();
      const place = await tip.boundingBox();
      expect(place?.x).toBeGreaterThanOrEqual(0);
      expect((place?.x ?? 0) + (place?.width ?? 0)).toBeLessThanOrEqual(400);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    }
    await eventually(() => tip.locator('.chart-tip-title').textContent()).toBe('Update 3');
    // The average of Adam with a decay of 0.9: (0.81 + 0.9 x 2 + 4) / 2.71.
    expect(await tip.locator('tr').last().locator('td').allTextContents()).toEqual([
      'expert 0, t 0 to 249',
      '2.439',
      '4',
    ]);
    await page.mouse.move(2, 2);
    await eventually(() => tip.count()).toBe(0);
    await page.getByRole('group', {name: /^Charts/}).press('ArrowRight');
    await eventually(() => tip.count()).toBe(2);
    await page.getByRole('group', {name: /^Charts/}).press('Escape');
    await eventually(() => tip.count()).toBe(0);
    await panel.close();
  });

  it('are found by title and pinned to the top by keyboard, and stay so', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    const titles = () => page.locator('#view-losses .chart-title').allTextContents();
    await eventually(titles).toEqual(['Denoising loss', 'Consistency loss']);
    await page.getByRole('button', {name: 'Pin Consistency loss to the top'}).press('Enter');
    await eventually(titles).toEqual(['Consistency loss', 'Denoising loss']);
    // The button has moved with its chart, and lets it go again.
    const unpin = page.getByRole('button', {name: 'Unpin Consistency loss'});
    await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Unpin Consistency loss',
    );
    const search = page.getByRole('textbox', {name: 'Find charts'});
    await search.pressSequentially('rate');
    await page.getByText('No chosen chart has "rate" in its title.').waitFor();
    const boxes = page.getByRole('group', {name: 'Shown charts'}).getByRole('checkbox');
    expect(await boxes.count()).toBe(1);
    await page.getByRole('checkbox', {name: 'Learning rate'}).click();
    await eventually(titles).toEqual(['Learning rate']);
    await eventually(() => panel.saved).toMatchObject({pinned: ['consistency'], chartSearch: 'rate'});
    const again = await open({runs: [run], saved: panel.saved});
    await again.page.getByText('Learning rate').first().waitFor();
    expect(await again.page.getByRole('textbox', {name: 'Find charts'}).inputValue()).toBe('rate');
    await search.fill('');
    await eventually(titles).toEqual(['Consistency loss', 'Denoising loss', 'Learning rate']);
    await unpin.press('Enter');
    await eventually(titles).toEqual(['Denoising loss', 'Consistency loss', 'Learning rate']);
    expectNoTrouble(panel);
    await Promise.all([panel.close(), again.close()]);
  });

  it('begin above the fold of a narrow page, whose settings fold out', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 60});
    const panel = await open({tab: 'losses', runs: [run], viewport: {width: 400, height: 800}});
    const {page} = panel;
    expect((await settledBox(canvas(page))).y).toBeLessThan(400);
    const box = page.getByRole('checkbox', {name: 'Learning rate'});
    expect(await box.isVisible()).toBe(false);
    const opener = page.getByRole('button', {name: 'Chart settings'});
    await opener.press('Enter');
    expect(await opener.getAttribute('aria-expanded')).toBe('true');
    await box.press('Space');
    await page.getByText('Learning rate').nth(1).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('are moved earlier and later by keyboard and by dragging, and stay so', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const saved = {
      tab: 'losses',
      scope: 'experiment',
      selected: null,
      series: ['denoise', 'consistency', 'gradientNorm'],
    };
    const panel = await open({saved, runs: [run]});
    const {page} = panel;
    const titles = (shown = page) => shown.locator('#view-losses .chart-title').allTextContents();
    const usual = ['Denoising loss', 'Consistency loss', 'Gradient norm'];
    await eventually(titles).toEqual(usual);
    expect(await page.getByRole('button', {name: 'Move Denoising loss earlier'}).isDisabled()).toBe(true);
    const later = page.getByRole('button', {name: 'Move Denoising loss later'});
    await later.press('Enter');
    await eventually(titles).toEqual(['Consistency loss', 'Denoising loss', 'Gradient norm']);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await eventually(focused).toBe('Move Denoising loss later');
    await page.keyboard.press('Enter');
    await eventually(titles).toEqual(['Consistency loss', 'Gradient norm', 'Denoising loss']);
    // There is no later place, so that the button beside it has the focus.
    await eventually(focused).toBe('Move Denoising loss earlier');
    await page.locator('#view-losses .chart-title', {hasText: 'Gradient norm'}).hover();
    await page.mouse.down();
    await page.locator('#view-losses .chart-title').first().hover();
    await page.mouse.up();
    await eventually(titles).toEqual(['Gradient norm', 'Consistency loss', 'Denoising loss']);
    // The state saved after the second move holds the same names: their order tells that the drag was saved.
    const savedOrder = () => PageState.parse(panel.saved).chartOrder.filter((name) => saved.series.includes(name));
    await eventually(savedOrder).toEqual(['gradientNorm', 'consistency', 'denoise']);
    const again = await open({runs: [run], saved: panel.saved});
    await eventually(() => titles(again.page)).toEqual(['Gradient norm', 'Consistency loss', 'Denoising loss']);
    expect(await axeViolations(page)).toEqual([]);
    expectNoTrouble(panel);
    await Promise.all([panel.close(), again.close()]);
  });

  it('lead from a chosen update to the samples nearest to it, and to a fork from what is kept', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 200, experts: 2});
    const kept = [
      {expert: 0, update: 1, kind: 'checkpoint'},
      {expert: 1, update: 1, kind: 'snapshot'},
    ] as const;
    const panel = await open({tab: 'losses', runs: [run], actions: {kept: () => Promise.resolve([...kept])}});
    const {page} = panel;
    await page.getByText('400 of 400 points shown').first().waitFor();
    const frame = page.getByRole('group', {name: /^Charts/});
    const menu = page.getByRole('dialog', {name: 'Chosen update'});
    for (let i = 0; i < 30; i++) await frame.press('ArrowRight');
    await frame.press('Enter');
    const caption = page.getByRole('region', {name: 'Values at the marked update'}).locator('caption');
    const update = Number(/\d+/.exec((await caption.textContent()) ?? '')?.[0]);
    await menu.getByText(`Update ${update}`, {exact: true}).waitFor();
    await menu
      .getByText(
        'A fork starts expert 0, t 0 to 249 at update 1 (checkpoint); expert 1, t 250 to 499 at update 1 (snapshot).',
      )
      .waitFor();
    await menu.getByRole('button', {name: 'Fork from here'}).press('Enter');
    await eventually(() => panel.asked.map(({what}) => what)).toEqual(['fork']);
    expect(panel.asked[0]?.arguments[1]).toBe(update);
    await eventually(() => page.getByRole('status').allTextContents()).toContain('Wrote /digits-fork.deme.yaml');
    await page.keyboard.press('Escape');
    await eventually(() => menu.getByRole('button').count()).toBe(0);
    await eventually(() => frame.evaluate((one) => one === document.activeElement)).toBe(true);
    await canvas(page).click({position: {x: 300, y: 100}});
    await menu.getByText(/^Update \d+$/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await eventually(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Samples of update 100');
    await page.keyboard.press('Enter');
    await page.getByRole('img', {name: 'Samples of expert 0, t 0 to 249 at update 100'}).waitFor();
    await eventually(() => page.evaluate(() => document.activeElement?.id)).toBe('tab-samples');
    expectNoTrouble(panel);
    await panel.close();
  });
});
