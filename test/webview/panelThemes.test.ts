import {expect, it} from 'vitest';
import {panelTabs} from '../../trainer/contract/panel/panelPage.ts';
import {fakeRun, type FakeRun} from '../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from './axeViolations.ts';
import {describePanel, expectNoTrouble} from './describePanel.ts';

describePanel('the tabs of the panel', (open) => {
  it('have no axe violation and break no content policy in any tab and theme', async () => {
    const output = await temporaryFolder();
    const runs: FakeRun[] = [
      await fakeRun(output, {id: 'digits-1', updates: 60}),
      await fakeRun(output, {id: 'digits-2', updates: 40}),
    ];
    const panel = await open({tab: 'losses', runs});
    const {page} = panel;
    await page.getByText('240 of 240 points shown').first().waitFor();
    for (const name of panelTabs) {
      await page.locator(`#tab-${name}`).click();
      if (name === 'compare') await page.locator('#view-compare').getByRole('checkbox', {name: 'digits-1'}).click();
      await page.waitForTimeout(300);
      expect({name, violations: await axeViolationsInThemes(panel)}).toEqual({name, violations: []});
    }
    expectNoTrouble(panel);
    await panel.close();
  });
});
