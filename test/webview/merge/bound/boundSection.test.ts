import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {MergeBound} from '../../../../trainer/contract/run/measured/mergeBound.ts';
import {mergeBoundCsv} from '../../../../trainer/contract/run/measured/mergeBoundCsv.ts';
import {fakeRun} from '../../../helpers/fakeRunFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';

const loss = (mean: number) => ({mean, standardError: 0.001});

const bound: MergeBound = {
  format: 1,
  key: 'k',
  experts: 2,
  start: {'conv_in.weight': [0.5, 0.5], 'mid_block.a': [0.5, 0.5]},
  curve: [
    {step: 0, loss: 0.03},
    {step: 20, loss: 0.02},
  ],
  best: {step: 20, loss: 0.02, weights: {'conv_in.weight': [0.25, 1], 'mid_block.a': [-0.5, 2]}},
  state: null,
  parts: [
    {name: 'in', tensors: 1, start: [0.5, 0.5], mean: [0.25, 1], least: [0.25, 1], most: [0.25, 1]},
    {name: 'mid', tensors: 1, start: [0.5, 0.5], mean: [-0.5, 2], least: [-0.5, 2], most: [-0.5, 2]},
  ],
  test: {
    images: 256,
    models: [
      {model: 'base', loss: loss(0.04), differenceToBase: {mean: 0, standardError: 0}},
      {model: 'start', loss: loss(0.031), differenceToBase: loss(-0.009)},
      {model: 'best', loss: loss(0.027), differenceToBase: loss(-0.013)},
    ],
    gain: loss(-0.004),
  },
  recipe: {
    steps: 20,
    batch: 32,
    learningRate: 0.01,
    every: 20,
    images: 256,
    timestepsPerRange: 1,
    test: 256,
    seed: 0,
    engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
  },
};

describePanel('the merge bound in the merge tab', (open) => {
  it('is measured at the press of a button, read in tables and saved', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const measure = async ({path}: {path: string}) => {
      await mkdir(join(path, 'bound'), {recursive: true});
      await writeFile(join(path, 'bound', 'merge-bound.json'), JSON.stringify(MergeBound.parse(bound)));
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
    expect(panel.asked[0]?.arguments).toEqual(['merge-bound.csv', mergeBoundCsv(bound)]);
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
