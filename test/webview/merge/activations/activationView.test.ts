import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {MeasurementRequest} from '../../../../trainer/contract/measurements/measurementRequest.ts';
import {activationChangeCsv} from '../../../../trainer/contract/run/measured/activationChangeCsv.ts';
import {choose} from '../../../helpers/editor/choose.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {knownActivations} from '../../../helpers/measurements/knownActivations.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';

describePanel('the activation change in the merge tab', (open) => {
  it('is measured at the press of a button, read by model and block, and saved', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const asked: unknown[] = [];
    const measure = async ({path}: {path: string}, name: string, request: MeasurementRequest) => {
      asked.push([name, request]);
      const model = String(request.model);
      await mkdir(join(path, 'activations'), {recursive: true});
      const result = {...knownActivations(model), key: model};
      await writeFile(join(path, 'activations', `${model}.json`), JSON.stringify(result));
    };
    const panel = await open({runs: [run], actions: {measure}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText(/^The activation change of this run is not measured yet\./).waitFor();
    await page.getByRole('button', {name: 'Measure activation change'}).click();
    await page
      .getByText(
        /^Feature maps of expert 0, t 0 to 249 less those of the base at 2 timesteps of \[0, 250\), on the same 64 validation images and noise \(seed 0\), by wasm on a CPU\. Channels change more than pixels after 1 of 3 blocks, and more than by chance alone after 2\./,
      )
      .waitFor();
    const sizes = page.getByRole('table', {name: /^Root mean square of the change/});
    const cells = sizes.getByRole('row', {name: 'down 0'}).getByRole('cell');
    expect(await cells.allTextContents()).toEqual(['14 × 14 × 16', '0.02000', '5 %', '0.005000', '1 %', '4', '0.2857']);

    await choose(page, 'Compare with the base', 'merged');
    await page.getByRole('button', {name: 'Measure activation change'}).click();
    await page.getByText(/^Feature maps of merged less/).waitFor();
    expect(asked).toEqual([
      ['activation-change', {model: 'expert-0'}],
      ['activation-change', {model: 'merged'}],
    ]);
    await choose(page, 'Change of model', 'expert 0, t 0 to 249');
    await page.getByText(/^Feature maps of expert 0, t 0 to 249 less/).waitFor();
    await choose(page, 'Change of model', 'merged');
    await choose(page, 'Change after', 'down 0');
    const picture = page.getByRole('img', {name: /^Histogram: Activation change of merged, down 0, along channels/});
    await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(900);
    for (const name of ['changes as CSV', 'change histogram as SVG', 'change bars as SVG'])
      await page.getByRole('button', {name: `Save ${name}`}).click();
    await eventually(() => panel.asked.length).toBe(3);
    const [csv, histogram, bars] = panel.asked.map((each) => each.arguments);
    expect(csv).toEqual(['activation-change-merged.csv', activationChangeCsv(knownActivations('merged'))]);
    expect(histogram?.[0]).toBe('activation-change-of-merged,-down-0.svg');
    expect(histogram?.[1]).toContain('space (mean over C)');
    // The background, six bars and the two samples of the legend.
    expect(String(bars?.[1]).match(/<rect/g)).toHaveLength(1 + 6 + 2);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
