import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import {choose} from '../helpers/editor/choose.ts';
import {fakeBuckets, fakeRun, fakeStep} from '../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {describePanel, eventually, expectNoTrouble} from './describePanel.ts';
import {coloursOf, dataUris, drawnColours} from './panelPixels.ts';
import type {TestPanel} from './testPanel.ts';

describePanel('the panel in a browser', (open) => {
  it('shows a snapshot, and then the steps that follow', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 100});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page.getByRole('heading', {name: 'digits'}).waitFor();
    await page.getByText('400 of 400 points shown').first().waitFor();
    for (let update = 101; update <= 150; update++) run.emit(fakeStep('expert-0', update));
    run.emit(fakeBuckets('expert-0', 120));
    panel.changed(run);
    await page.getByText('450 of 450 points shown').first().waitFor();
    const news = panel.posted.filter((message) => message.type === 'curves').at(-1);
    expect(news?.curves).toMatchObject([{stage: 'expert-0', at: 100, steps: 150}]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('draws the curves: pixels of every series are there', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 200});
    const panel = await open({tab: 'losses', runs: [run]});
    const chart = panel.page.getByRole('img', {name: /^Denoising loss over updates/});
    await expect.poll(() => drawnColours(chart.evaluate(coloursOf))).toEqual([true, true, true, true]);
    await panel.close();
  });

  it('draws what is new of curves and heat maps as if it had always been there', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 200});
    const panel = await open({tab: 'losses', runs: [run], viewport: {width: 1100, height: 2400}});
    const pictures = async ({page}: TestPanel, last: string) => {
      await page.getByText(last).first().waitFor();
      await page
        .getByRole('img', {name: /by timestep and update/})
        .nth(7)
        .waitFor();
      return page.locator('canvas:visible').evaluateAll(dataUris);
    };
    const before = await pictures(panel, '800 of 800 points shown');
    expect(before).toHaveLength(10);
    for (let update = 201; update <= 240; update++) run.emit(fakeStep('expert-1', update));
    for (const to of [220, 240]) run.emit(fakeBuckets('expert-1', to));
    panel.changed(run);
    const streamed = () => pictures(panel, '840 of 840 points shown');
    await streamed();
    const fresh = await open({tab: 'losses', runs: [run], viewport: {width: 1100, height: 2400}});
    await eventually(async () => (await streamed()).every((picture, i) => picture !== before[i])).toBe(true);
    const expected = await pictures(fresh, '840 of 840 points shown');
    await eventually(streamed).toEqual(expected);
    await Promise.all([panel.close(), fresh.close()]);
  });

  it('keeps zoom over new steps, and shows all again at the press of a key', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 400});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page
      .getByText(/ of 1,600 points shown/)
      .first()
      .waitFor();
    await page.getByRole('group', {name: /^Charts/}).focus();
    await page.keyboard.press('+');
    await page.getByText('Updates 101 to 300').waitFor();
    await eventually(() => page.getByText(/ of 808 points shown/).count()).toBe(2);
    for (let update = 401; update <= 500; update++) run.emit(fakeStep('expert-0', update));
    panel.changed(run);
    await eventually(() => panel.posted.filter(({type}) => type === 'run').length).toBeGreaterThan(0);
    await panel.session.idle();
    expect(await page.getByText('Updates 101 to 300').count()).toBe(1);
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('Updates 151 to 350').waitFor();
    await page.keyboard.press('0');
    await page.getByText('All updates').waitFor();
    await page
      .getByText(/ of 1,700 points shown/)
      .first()
      .waitFor();
    await panel.close();
  });

  it('reads values at the mark that the arrow keys move', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 200});
    const panel = await open({tab: 'losses', runs: [run]});
    const values = panel.page.getByRole('region', {name: 'Values at the marked update'});
    await panel.page.getByText('800 of 800 points shown').first().waitFor();
    await panel.page.getByRole('group', {name: /^Charts/}).press('ArrowRight');
    await values.getByText('Update 5').waitFor();
    const cells = values.getByRole('row', {name: /expert 0, t 0 to 249/}).getByRole('cell');
    expect(Number(await cells.first().textContent())).toBeGreaterThan(0.5);
    await panel.close();
  });

  it('reaches every tab by keyboard, and the next element after it', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 50});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Overview'}).focus();
    for (const name of [
      'Losses',
      'Samples',
      'Merge',
      'Evaluation',
      'Runs',
      'Compare',
      'Studies',
      'System',
      'Overview',
    ]) {
      await page.keyboard.press('ArrowRight');
      await eventually(() => focusedText(page)).toBe(name);
      await page.getByRole('tabpanel', {name}).waitFor();
    }
    await page.keyboard.press('Tab');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest('[role=tabpanel]')?.id))
      .toBe('view-overview');
    expectNoTrouble(panel);
    await panel.close();
  });

  it('merges with typed weights, and tells where', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    const first = page.getByRole('textbox', {name: 'Weight of expert 0'});
    await first.fill('x');
    await eventually(() => page.getByRole('button', {name: 'Merge and save'}).isDisabled()).toBe(true);
    await first.fill('-0.5');
    await page.getByRole('button', {name: 'Merge and save'}).click();
    await page.getByText('Saved the merged model in /models/merged-1').waitFor();
    const [asked] = panel.asked;
    expect(asked?.what).toBe('merge');
    const [, ...others] = run.run.report?.weights ?? [];
    expect(asked?.arguments[1]).toEqual({weights: [-0.5, ...others]});
    await panel.close();
  });

  it('says that a merge without any weight is the base, before and after it is saved', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    const note = page.getByText('All weights are zero: this is the base.');
    for (const expert of [0, 1, 2, 3]) {
      expect(await note.count()).toBe(0);
      await page.getByRole('textbox', {name: `Weight of expert ${expert}`}).fill('0');
    }
    await note.waitFor();
    await page.getByRole('button', {name: 'Merge and save'}).click();
    await page
      .getByText('Saved the merged model in /models/merged-1. All weights are zero: this is the base.')
      .waitFor();
    await page.getByRole('textbox', {name: 'Weight of expert 1'}).fill('0.1');
    await eventually(() => page.getByRole('status').allTextContents()).not.toContain(
      'All weights are zero: this is the base.',
    );
    await panel.close();
  });

  it('asks for pause and export, and refuses to run in an untrusted workspace', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const panel = await open({runs: [run]});
    await panel.page.getByRole('button', {name: 'Pause run'}).click();
    await panel.page.getByRole('button', {name: 'Export'}).click();
    await eventually(() => panel.asked.map(({what}) => what)).toEqual(['control', 'export']);
    expect(panel.asked[0]?.arguments[1]).toBe('pause');
    await panel.close();
    const untrusted = await open({runs: [run], trusted: false});
    await untrusted.page.getByRole('button', {name: 'Pause run'}).waitFor();
    expect(await untrusted.page.getByRole('button', {name: 'Pause run'}).isDisabled()).toBe(true);
    untrusted.session.receive({type: 'request', id: 1, request: {kind: 'control', run: run.run.path, command: 'stop'}});
    await eventually(() => untrusted.posted.at(-1)).toMatchObject({type: 'refused', error: {code: 'untrusted'}});
    expect(untrusted.asked).toEqual([]);
    await untrusted.close();
  });

  it('shows samples by checkpoint and wipes between two', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Samples'}).click();
    await page.getByRole('img', {name: 'Samples of merged'}).waitFor();
    await page.getByRole('slider', {name: /Checkpoint/}).fill('0');
    await page.getByRole('img', {name: 'Samples of expert 0, t 0 to 249 at update 100'}).waitFor();
    await choose(page, 'Compare', 'base');
    await choose(page, 'with', 'merged');
    await page.getByRole('slider', {name: 'Edge between the two'}).fill('30');
    const clip = () => page.locator('.wipe-over').evaluate((image) => (image as HTMLElement).style.clipPath);
    await eventually(clip).toContain('30%');
    const loaded = page
      .locator('.samples img')
      .evaluateAll((all) => all.every((img) => (img as HTMLImageElement).naturalWidth === 64));
    expect(await loaded).toBe(true);
    await panel.close();
  });

  it('shows all scores with their errors, and images that differ, on a narrow page', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], viewport: {width: 400, height: 900}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Evaluation'}).click();
    await page.getByText('The merged model against the base').waitFor();
    await page.getByRole('columnheader', {name: 'base (baseline)'}).waitFor();
    const row = page.getByRole('row', {name: /^Fréchet distance ?by features, lower is better/});
    const {frechet = {}} = run.run.report ?? {};
    const best = Math.min(...Object.values(frechet));
    expect(await row.getByText('(best)').count()).toBe(1);
    expect(await row.getByRole('cell', {name: '(best)'}).textContent()).toContain(`${best.toFixed(2)} ± 0.25`);
    const distances = Object.values(frechet);
    const bars = await row
      .locator('.score-bar')
      .evaluateAll((all) => all.map((bar) => parseFloat((bar as HTMLElement).style.width)));
    const inPercent = (value: number) => (100 * value) / Math.max(...distances);
    expect(bars.sort((a, b) => a - b)).toEqual(
      distances.sort((a, b) => a - b).map((distance) => expect.closeTo(inPercent(distance), 1) as number),
    );
    await page.getByRole('img', {name: /^Precision and recall by .*: base precision/}).waitFor();
    await page.getByRole('img', {name: /against the number of images: base .* of 100, /}).waitFor();
    const different = page.getByRole('img', {name: 'Images 7 of base, and below them of merged'});
    await eventually(() => different.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(64);
    const candidates = page.getByRole('row', {name: /\(chosen\)/});
    expect(await candidates.getByText('(best)').count()).toBeGreaterThan(1);
    await choose(page, 'Images of', 'ordinary and merged');
    await page.getByText('The run keeps none of these images').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await page.getByRole('region', {name: /^All models/}).focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() =>
      page.getByRole('region', {name: /^All models/}).evaluate((region) => region.scrollLeft),
    ).toBeGreaterThan(0);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('lays runs over each other and names what differs', async () => {
    const output = await temporaryFolder();
    const runs = [
      await fakeRun(output, {id: 'digits-1', updates: 50}),
      await fakeRun(output, {id: 'digits-2', updates: 40, learningRate: 1e-4}),
    ];
    const panel = await open({runs, compare: true});
    const {page} = panel;
    for (const {run} of runs) await page.getByRole('checkbox', {name: run.record.id}).click();
    await page.getByText('360 of 360 points shown').waitFor();
    const row = page.getByRole('row', {name: /decouple.optimizer.learningRate/});
    await eventually(() => row.getByRole('cell').allTextContents()).toEqual(['0.00005', '0.0001']);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('comes back as it was left', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const panel = await open({runs: [run]});
    await panel.page.getByRole('tab', {name: 'System'}).click();
    await panel.page.getByRole('columnheader', {name: 'of it waiting for data'}).waitFor();
    await panel.page.getByRole('cell', {name: '0.05000 s (20 %)'}).first().waitFor();
    await eventually(() => panel.saved).toMatchObject({scope: 'experiment', selected: run.run.path, tab: 'system'});
    const again = await open({runs: [run], saved: panel.saved});
    await again.page.getByRole('tabpanel', {name: 'System'}).waitFor();
    await Promise.all([panel.close(), again.close()]);
  });

  it('says what is wrong instead of waiting for ever', async () => {
    const empty = await open({runs: []});
    await empty.page.getByText('This experiment has no runs yet.').first().waitFor();
    await empty.close();
    const failed = await fakeRun(await temporaryFolder(), {updates: 0, state: 'failed', report: false});
    const panel = await open({tab: 'losses', runs: [failed]});
    await panel.page.getByRole('alert').getByText('is not a finite number at update 300').waitFor();
    await panel.page.getByText('This run has logged no steps.').waitFor();
    await panel.page.getByRole('tab', {name: 'Evaluation'}).click();
    await panel.page.getByText('The report of this run is not written yet.').waitFor();
    await panel.page.evaluate(() => window.postMessage({type: 'nonsense'}, '*'));
    await panel.page.getByRole('alert').getByText('does not understand').waitFor();
    await panel.close();
  });
});

function focusedText(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.textContent);
}
