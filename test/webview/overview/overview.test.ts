import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import {fakeBuckets, fakeRun, fakeStep, type FakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';
import {settledBox} from '../settledBox.ts';

/** A run at its end: all stages are done, and expert 1 was taken over from another run. */
async function finishedRun(): Promise<FakeRun> {
  const run = await fakeRun(await temporaryFolder(), {updates: 40, state: 'done'});
  for (const stage of run.run.progress.stages.keys()) {
    if (stage === 'expert-1') run.emit({type: 'stage', stage, state: 'skipped', from: 'digits-0'});
    else run.emit({type: 'stage', stage, state: 'done'});
  }
  return run;
}

const stages = (page: Page) =>
  page.getByRole('list', {name: 'Stages of the run'}).getByRole('listitem').allInnerTexts();

describePanel('the overview', (open) => {
  it('is the first page: verdict, stages, losses by timestep and images, above the fold and at any width', async () => {
    const panel = await open({runs: [await finishedRun()], viewport: {width: 900, height: 900}});
    const {page} = panel;
    await page.getByRole('tabpanel', {name: 'Overview'}).waitFor();
    await page
      .getByText(/^Merged is better than the base by held-out loss \(0.38\s%, 12 standard errors\), but/)
      .waitFor();
    const shown = await stages(page);
    expect(shown).toHaveLength(8);
    expect(shown[0]).toMatch(/^expert 0, t 0 to 249\s+done, \d+ s$/);
    expect(shown[1]).toMatch(/^expert 1, t 250 to 499\s+taken over, from digits-0$/);
    const picture = page.getByRole('img', {name: /^Held-out loss by timestep, difference to the base\. merged: /});
    const {y, height} = await settledBox(picture);
    expect(y + height).toBeLessThan(900);
    for (const name of ['Samples of base', 'Samples of merged']) {
      const image = page.getByRole('img', {name, exact: true});
      await eventually(() => image.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(64);
    }
    for (const width of [400, 900, 1440]) {
      await page.setViewportSize({width, height: 900});
      await eventually(() => picture.evaluate((img) => img.clientWidth)).toBeLessThan(width);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect({width, violations: await axeViolationsInThemes(panel)}).toEqual({width, violations: []});
    }
    expectNoTrouble(panel);
    await panel.close();
  });

  it('has its values read by arrow keys, and a table', async () => {
    const panel = await open({runs: [await finishedRun()]});
    const {page} = panel;
    const frame = page.getByRole('group', {name: /^Loss by timestep/});
    await frame.press('ArrowLeft');
    // The differences of the last range of the report, in percent of the loss of the base.
    await page
      .getByText(/^t 750 to 999: loss of the base 6.763e-4 .*; expert 3, t 750 to 999 -4.988 ± 0.046 %;/)
      .waitFor();
    await frame.press('ArrowLeft');
    await page.getByText(/^t 500 to 749: .*expert 2, t 500 to 749 -0.71/).waitFor();
    await page.getByText('Data table', {exact: true}).locator('visible=true').click();
    const row = page.getByRole('table', {name: /difference to the base/}).getByRole('row', {name: /^t 0 to 249/});
    expect(await row.getByRole('cell').allTextContents()).toContain('-0.3986 ± 0.017 %');
    await panel.close();
  });

  it('shows the losses of the training as they come, and what a stage does before its first update', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 0, report: false});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page
      .getByText('Training expert 0, t 0 to 249 (making the first update), and 3 more stages; 3 min left.')
      .waitFor();
    await page.getByText('Losses by timestep appear with the first logged updates.').waitFor();
    expect((await stages(page))[2]).toMatch(/running, loading the engine wasm, for \d+ s$/);
    for (let update = 1; update <= 20; update++) run.emit(fakeStep('expert-0', update));
    run.emit(fakeBuckets('expert-0', 20));
    panel.changed(run);
    await page.getByRole('img', {name: /^Training loss by timestep\. expert 0, t 0 to 249: /}).waitFor();
    await eventually(() => stages(page).then(([first]) => first)).toMatch(/running, 3 %, for \d+ s/);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('has the next step behind a button', async () => {
    const finished = await open({runs: [await finishedRun()]});
    await finished.page.getByRole('button', {name: 'Merge by distance'}).click();
    await eventually(() => finished.asked).toMatchObject([{what: 'command', arguments: [{}, 'openConfig']}]);
    const failed = await fakeRun(await temporaryFolder(), {updates: 0, state: 'failed', report: false});
    const stopped = await open({runs: [failed]});
    await stopped.page.getByRole('button', {name: 'Resume', exact: true}).click();
    await eventually(() => stopped.asked).toMatchObject([{what: 'control', arguments: [{}, 'resume']}]);
    const running = await open({runs: [await fakeRun(await temporaryFolder(), {updates: 20})]});
    await running.page.getByRole('button', {name: 'Watch the losses'}).click();
    await running.page.getByRole('tabpanel', {name: 'Losses'}).waitFor();
    await Promise.all([finished.close(), stopped.close(), running.close()]);
  });
});
