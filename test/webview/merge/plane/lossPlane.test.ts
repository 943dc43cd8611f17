import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {expect, it} from 'vitest';
import type {LossPlane} from '../../../../trainer/contract/run/measured/lossPlane.ts';
import type {MergeSetting} from '../../../../trainer/contract/config/merge/mergeSetting.ts';
import {fakeRun, type FakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';
import {countColours} from '../../panelPixels.ts';
import {bowlPlane} from '../../../helpers/measurements/bowlPlane.ts';
import {settledBox} from '../../settledBox.ts';

async function writePlane({run}: FakeRun, plane: LossPlane): Promise<void> {
  await mkdir(join(run.path, 'planes'), {recursive: true});
  await writeFile(join(run.path, 'planes', `plane-${plane.experts.join('-')}.json`), JSON.stringify(plane));
}

async function runWithPlane(): Promise<FakeRun> {
  const run = await fakeRun(await temporaryFolder(), {updates: 20});
  await writePlane(run, bowlPlane());
  return run;
}

function field(page: Page, expert: number) {
  return page.getByRole('textbox', {name: `Weight of expert ${expert}`});
}

describePanel('the loss plane', (open) => {
  it('is read and set by keyboard, and told in words and numbers', async () => {
    const panel = await open({runs: [await runWithPlane()]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByRole('img', {name: /Lowest 0\.02000 at 0\.36 for expert 0 and 0\.64 for expert 1/}).waitFor();
    await page.getByRole('group', {name: /^Loss plane of experts 0 and 1/}).focus();
    // From 0.01, the axis's weight nearest to zero.
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await page
      .getByText(/^Expert 0 at 0\.36, expert 1 at 0\.08: loss 0\.02314, -8\.88\d* % against the base$/)
      .waitFor();
    await page.keyboard.press('Enter');
    await eventually(() => field(page, 0).inputValue()).toBe('0.36');
    expect(await field(page, 1).inputValue()).toBe('0.08');
    await page.locator('.plane-figure summary').click();
    const table = page.getByRole('region', {name: /^Loss by the weights of experts/});
    await eventually(() => table.getByRole('row').count()).toBe(22);
    await page.getByRole('button', {name: 'Merge and save'}).click();
    await eventually(() => panel.asked.map(({what}) => what)).toEqual(['merge']);
    expect((panel.asked[0]?.arguments[1] as MergeSetting).weights.slice(0, 2)).toEqual([0.36, 0.08]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('marks the weights of the run from the start, and those that are typed', async () => {
    const run = await runWithPlane();
    await writeFile(join(run.run.path, 'search.json'), JSON.stringify({weights: [0.5, 0.25, 0, 0], search: null}));
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    const mark = page.locator('.plane-figure text', {hasText: 'your weights'});
    await mark.waitFor();
    await field(page, 0).fill('1.5');
    await page.getByText(/ Your weights lie outside\.$/).waitFor();
    expect(await mark.count()).toBe(0);
    await panel.close();
  });

  it('sets the weights by a click', async () => {
    const panel = await open({runs: [await runWithPlane()]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    const frame = page.getByRole('group', {name: /^Loss plane of experts/});
    const box = await settledBox(frame);
    // The upper right corner of the plot, which lies at 440, 44 of 640 x 480.
    await frame.click({position: {x: (box.width * 440) / 640 - 1, y: (box.height * 44) / 480 + 1}});
    await eventually(() => field(page, 0).inputValue()).toBe('1.2');
    expect(await field(page, 1).inputValue()).toBe('1.2');
    expectNoTrouble(panel);
    await panel.close();
  });

  it('is measured on demand, and drawn while it grows', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    let finish = () => undefined as void;
    const measured = new Promise<void>((resolve) => (finish = resolve));
    const asked: unknown[] = [];
    const measure = async (...given: unknown[]) => {
      asked.push(given.slice(1));
      await measured;
    };
    const panel = await open({runs: [run], actions: {measure}});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('This plane is not measured yet.').waitFor();
    await page.getByRole('button', {name: 'Measure the loss plane'}).click();
    await eventually(() => asked.length).toBe(1);
    expect(asked[0]).toMatchObject(['loss-plane', {experts: [0, 1]}]);
    await writePlane(run, bowlPlane([0, 1], 230));
    await page.getByText(/^50 % measured\./).waitFor();
    await writePlane(run, bowlPlane());
    finish();
    await page.getByText(/^Held: expert 2 at 0/).waitFor();
    await page.getByRole('combobox', {name: 'Horizontal axis'}).click();
    await page.getByRole('option', {name: 'expert 1, t 250 to 499', exact: true}).and(page.locator(':visible')).click();
    await page.getByText('This plane is not measured yet.').waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('becomes complete on the page, whoever measures it', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const panel = await open({runs: [run]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText('This plane is not measured yet.').waitFor();
    await writePlane(run, bowlPlane([0, 1], 402));
    await page.getByText(/^88 % measured\./).waitFor();
    await writePlane(run, bowlPlane());
    await page.getByText(/^Held: expert 2 at 0/).waitFor();
    await page.getByRole('tab', {name: 'Losses'}).click();
    const asked = panel.received.length;
    await page.waitForTimeout(2500);
    expect(panel.received.slice(asked).filter(({type}) => type === 'request')).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('is saved as SVG, PNG and CSV', async () => {
    const panel = await open({runs: [await runWithPlane()]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    for (const kind of ['SVG', 'PNG', 'CSV']) {
      await page.getByRole('button', {name: `Save the loss plane as ${kind}`}).click();
    }
    await eventually(() => panel.asked.length).toBe(3);
    const saved = new Map(panel.asked.map(({arguments: [name, content]}) => [name, content]));
    expect(saved.get('loss-plane-of-experts-0-and-1.svg')).toContain('>weight of expert 1</text>');
    expect(saved.get('loss-plane-0-1.csv')).toContain('weight_0,weight_1,scale,loss');
    const png = saved.get('loss-plane-of-experts-0-and-1.png') as Uint8Array;
    expect(await page.evaluate(countColours, png)).toBeGreaterThan(12);
    await panel.close();
  });

  it('needs trust to be measured, and two experts to be there', async () => {
    const untrusted = await open({runs: [await runWithPlane()], trusted: false});
    await untrusted.page.getByRole('tab', {name: 'Merge'}).click();
    const measure = untrusted.page.getByRole('button', {name: 'Measure the loss plane'});
    await eventually(() => measure.isDisabled()).toBe(true);
    await untrusted.close();
    const single = await fakeRun(await temporaryFolder(), {updates: 5, experts: 1, report: false});
    const panel = await open({runs: [single]});
    await panel.page.getByRole('tab', {name: 'Merge'}).click();
    await panel.page.getByRole('button', {name: 'Merge and save'}).waitFor();
    expect(await panel.page.getByRole('heading', {name: 'Loss plane'}).isVisible()).toBe(false);
    await panel.close();
  });

  it('has no axe violation in any theme', async () => {
    const panel = await open({runs: [await runWithPlane()]});
    const {page} = panel;
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByRole('img', {name: /^Loss over the weights/}).waitFor();
    await page.locator('.plane-figure summary').click();
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
