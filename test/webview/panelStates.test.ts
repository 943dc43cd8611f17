import {expect, it} from 'vitest';
import {panelTabs} from '../../trainer/contract/panel/panelPage.ts';
import {choose} from '../helpers/editor/choose.ts';
import {fakeRun} from '../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {axeViolations, axeViolationsInThemes} from './axeViolations.ts';
import {describePanel, expectNoTrouble} from './describePanel.ts';

describePanel('what is opened or goes wrong in the panel', (open) => {
  it('has no axe violation with open tables, an open list and a wipe in any theme', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 60});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page.getByText('240 of 240 points shown').first().waitFor();
    await page.getByRole('img', {name: /^consistency loss of expert 3/}).waitFor();
    for (const summary of await page.locator('#view-losses').getByText('Data table', {exact: true}).all())
      await summary.click();
    await page.getByRole('table', {name: 'Denoising loss, smoothed'}).waitFor();
    await page.getByRole('table', {name: /^consistency loss of expert 3, t 750 to 999: mean/}).waitFor();
    expect(await axeViolationsInThemes(panel)).toEqual([]);

    await page.getByRole('combobox', {name: 'Export as'}).click();
    await page.getByRole('option', {name: 'TensorBoard event files'}).waitFor();
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.getByRole('tab', {name: 'Samples'}).click();
    await choose(page, 'Compare', 'base');
    await choose(page, 'with', 'merged');
    await page.getByRole('slider', {name: 'Edge between the two'}).waitFor();
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('has no axe violation with errors to show in any theme', async () => {
    const failed = await fakeRun(await temporaryFolder(), {updates: 0, state: 'failed', report: false});
    const panel = await open({runs: [failed]});
    const {page} = panel;
    await page.getByRole('alert').getByText('is not a finite number at update 300').waitFor();
    await page.evaluate(() => window.postMessage({type: 'nonsense'}, '*'));
    await page.getByRole('alert').getByText('does not understand').waitFor();
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    await page.getByRole('button', {name: 'Dismiss'}).click();
    await page.getByRole('alert').getByText('does not understand').waitFor({state: 'detached'});
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expect(panel.violations).toEqual([]);
    await panel.close();
  });

  it('has no axe violation under the mouse in any theme', async () => {
    const panel = await open({runs: [await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'})]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    for (const name of ['Merge and save', 'Start live preview', 'Parts of expert 0']) {
      await page.getByRole('button', {name}).hover();
      expect({name, violations: await axeViolationsInThemes(panel)}).toEqual({name, violations: []});
    }
    await panel.close();
  });

  it.each(panelTabs)('offers nothing to press on %s before there is something to show', async (tab) => {
    const panel = await open({runs: [], silent: true, saved: {tab}});
    const {page} = panel;
    await page.getByText('Waiting for the extension.').waitFor();
    const controls = page.locator(
      '[role=tabpanel] :is(vscode-button, vscode-checkbox, vscode-dropdown, input, button)',
    );
    expect(await controls.and(page.locator(':visible')).count()).toBe(0);
    await panel.close();
  });

  it('has no axe violation with values at a mark and nothing to show at all', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const panel = await open({tab: 'losses', runs: [run]});
    await panel.page.getByText('80 of 80 points shown').first().waitFor();
    await panel.page.getByRole('group', {name: /^Charts/}).press('ArrowRight');
    await panel.page.locator('caption').getByText('Update 1', {exact: true}).waitFor();
    await panel.page.locator('.chart-tip').getByText('Update 1', {exact: true}).first().waitFor();
    expect(await axeViolations(panel.page)).toEqual([]);
    const empty = await open({runs: []});
    await empty.page.getByText('This experiment has no runs yet.').first().waitFor();
    expect(await axeViolations(empty.page)).toEqual([]);
    await Promise.all([panel.close(), empty.close()]);
  });
});
