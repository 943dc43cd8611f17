import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {mergeBoundCsv} from '../../../../trainer/contract/run/measured/mergeBoundCsv.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {knownBound} from '../../../helpers/measurements/knownBound.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';

describePanel('the merge bound in the merge tab', (open) => {
  it('is measured at the press of a button, read in tables and saved', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const measure = async ({path}: {path: string}) => {
      await mkdir(join(path, 'bound'), {recursive: true});
      await writeFile(join(path, 'bound', 'merge-bound.json'), JSON.stringify(knownBound()));
    };
    const panel = await open({runs: [run], actions: {measure}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('The merge bound of this run is not measured yet.').waitFor();
    await page.getByRole('button', {name: 'Measure merge bound'}).click();
    await page.getByText(/On test images best minus start is lower \(better\) by 4\.0 standard errors\./).waitFor();
    const tested = page.getByRole('table', {name: 'On 256 test images, which no weights were chosen on'});
    expect(await tested.getByRole('row', {name: /^best minus start/}).textContent()).toContain('± ');
    const weights = page.getByRole('table', {name: 'Weights over the tensors of each part'});
    expect(
      await weights
        .getByRole('row', {name: /^mid, expert 1/})
        .locator('td')
        .allTextContents(),
    ).toEqual(['1', '0.5000', '2', '2 to 2']);
    await page.getByText('Validation loss by step').click();
    await page.getByRole('table', {name: /^Loss of all validation images/}).waitFor();
    await page.getByRole('button', {name: 'Save weights as CSV'}).click();
    await eventually(() => panel.asked.length).toBe(1);
    expect(panel.asked[0]?.arguments).toEqual(['merge-bound.csv', mergeBoundCsv(knownBound())]);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
