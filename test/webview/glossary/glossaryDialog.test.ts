import {expect, it} from 'vitest';
import {panelTabs} from '../../../trainer/contract/panel/panelPage.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolations, axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';

describePanel('the glossary of the panel', (open) => {
  it('opens on every tab by keyboard, finds terms, and gives the focus back', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], viewport: {width: 400, height: 800}});
    const {page} = panel;
    const dialog = page.getByRole('dialog', {name: 'Glossary'});
    for (const tab of panelTabs) {
      await page.locator(`#tab-${tab}`).click();
      await page.getByRole('button', {name: 'Glossary'}).press('Enter');
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({state: 'hidden'});
      await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Glossary');
    }
    await page.getByRole('button', {name: 'Glossary'}).press('Enter');
    await page.getByRole('textbox', {name: 'Find a term'}).fill('inception');
    await eventually(() => dialog.locator('dt:visible').allTextContents()).toEqual(
      expect.arrayContaining(['FID', 'KID']),
    );
    expect(await dialog.locator('dt:visible').count()).toBeLessThan(6);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('opens at a term of a table, which has its meaning as a description', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], tab: 'evaluation'});
    const {page} = panel;
    const term = page.getByRole('button', {name: 'KID', exact: true}).first();
    expect(await term.getAttribute('title')).toMatch(/^Kernel Inception distance: /);
    await term.press('Enter');
    await eventually(() => page.evaluate(() => document.activeElement?.textContent)).toMatch(/^KIDKernel Inception/);
    await page.keyboard.press('Escape');
    await eventually(() => page.evaluate(() => document.activeElement?.textContent)).toBe('KID');
    expect(await axeViolations(page)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
