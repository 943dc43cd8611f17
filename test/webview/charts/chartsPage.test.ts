import type {Locator} from 'playwright-core';
import {expect, it} from 'vitest';
import {choose} from '../../helpers/editor/choose.ts';
import {fakeRun, fakeStep} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';
import {coloursOf} from '../panelPixels.ts';
import {settledBox} from '../settledBox.ts';

const blue = 7;
const orange = 1;

/** Colour and dashes of the sample in front of a curve's name. */
function look(item: Locator): Promise<string[]> {
  return item
    .locator('line')
    .evaluate((line) => ['stroke', 'stroke-dasharray'].map((name) => line.getAttribute(name) ?? ''));
}

describePanel('the charts of the panel', (open) => {
  it('show the first step of a run, and a value of 0 on a logarithmic axis', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 0});
    const first = fakeStep('expert-0', 1);
    run.emit({...first, losses: {...first.losses, consistency: 0}});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page.getByText('1 of 1 points shown').first().waitFor();
    for (const name of [/^Denoising loss over updates/, /^Consistency loss over updates/]) {
      await eventually(() => page.getByRole('img', {name}).evaluate(coloursOf)).toContain(blue);
    }
    run.emit(fakeStep('expert-0', 2));
    panel.changed(run);
    await page.getByText('2 of 2 points shown; 1 at or below 0, marked at the lower edge').waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('draw an expert the same whichever experts have logged before it', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 0});
    for (const update of [1, 2, 3]) run.emit(fakeStep('expert-1', update));
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    const legend = page.getByRole('group', {name: 'Shown curves'});
    const second = legend.locator('.legend-item', {hasText: 'expert 1'});
    const chart = page.getByRole('img', {name: /^Denoising loss over updates/});
    await eventually(() => chart.evaluate(coloursOf)).toEqual([orange]);
    const before = await look(second);
    for (const update of [1, 2, 3]) run.emit(fakeStep('expert-0', update));
    panel.changed(run);
    await legend.getByText('expert 0').waitFor();
    expect(await look(second)).toEqual(before);
    await eventually(async () => (await chart.evaluate(coloursOf)).sort()).toEqual([orange, blue]);
    await panel.close();
  });

  it('mark logged steps only, by pointer and by keyboard', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 0, experts: 1});
    for (let update = 2; update <= 20; update += 2) run.emit(fakeStep('expert-0', update));
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page.getByText('10 of 10 points shown').first().waitFor();
    const caption = page.getByRole('region', {name: 'Values at the marked update'}).locator('caption');
    const frame = page.getByRole('group', {name: /^Charts/});
    for (const update of [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 20]) {
      await frame.press('ArrowRight');
      await eventually(() => caption.textContent()).toBe(`Update ${update}`);
    }
    const box = await settledBox(page.getByRole('img', {name: /^Denoising loss over updates/}));
    for (let i = 1; i <= 8; i++) {
      await page.mouse.move(box.x + (box.width * i) / 9, box.y + box.height / 2);
      await eventually(() => caption.textContent()).toMatch(/^Update \d*[02468]$/);
    }
    await panel.close();
  });

  it('keep the zoom of a run away from the comparison', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 200});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page.getByText('800 of 800 points shown').first().waitFor();
    await page.getByRole('group', {name: /^Charts/}).press('+');
    await page.getByText('Updates 51 to 150').waitFor();
    await page.getByRole('tab', {name: 'Compare'}).click();
    await page.getByRole('checkbox', {name: 'digits-1'}).click();
    await page.getByRole('tabpanel', {name: 'Compare'}).getByText('800 of 800 points shown').waitFor();
    for (const range of ['Updates 51 to 150', 'Updates 76 to 125']) {
      await page.getByRole('group', {name: /^Charts/}).press('+');
      await page.getByRole('tabpanel', {name: 'Compare'}).getByText(range).waitFor();
    }
    await page.getByRole('tab', {name: 'Losses'}).click();
    await page.getByRole('tabpanel', {name: 'Losses'}).getByText('Updates 51 to 150').waitFor();
    await panel.close();
  });

  it('have updates, images seen or hours at their x axis, and remember which', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 200, experts: 2});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page.getByText('400 of 400 points shown').first().waitFor();
    const frame = page.getByRole('group', {name: /^Charts/});
    const caption = page.getByRole('region', {name: 'Values at the marked update'}).locator('caption');
    await choose(page, 'X axis', 'Images seen');
    await page.getByRole('img', {name: /^Denoising loss over images seen/}).waitFor();
    await frame.press('+');
    // A batch has 16 images: from a quarter to three quarters of 200 updates, those at the edges whole.
    await page.getByText('Images seen 801 to 2400').waitFor();
    await eventually(() => panel.received.findLast(({type}) => type === 'watch')).toMatchObject({
      watch: {curves: {range: {from: 50, to: 151}}},
    });
    await frame.press('ArrowRight');
    await eventually(() => caption.textContent()).toMatch(/^Update (\d+), [\d,]+ images seen$/);
    const [, update, images] = /^Update (\d+), ([\d,]+) /.exec((await caption.textContent()) ?? '') ?? [];
    expect(Number(images?.replace(',', ''))).toBe(16 * Number(update));
    await choose(page, 'X axis', 'Hours');
    await page.getByRole('img', {name: /^Denoising loss over hours/}).waitFor();
    await page.getByText('All updates').waitFor();
    await eventually(() => panel.saved).toMatchObject({xAxis: 'time', range: null});
    const again = await open({runs: [run], saved: panel.saved});
    await again.page.getByRole('img', {name: /^Denoising loss over hours/}).waitFor();
    expectNoTrouble(panel);
    await Promise.all([panel.close(), again.close()]);
  });

  it('tell compared runs by colour and stages by dashes, and say so', async () => {
    const output = await temporaryFolder();
    const runs = await Promise.all(
      ['digits-1', 'digits-2', 'digits-3'].map((id) => fakeRun(output, {id, updates: 50, experts: 2, report: false})),
    );
    const panel = await open({runs, compare: true});
    const {page} = panel;
    for (const {run} of runs) await page.getByRole('checkbox', {name: run.record.id}).click();
    await page.getByText('300 of 300 points shown').waitFor();
    const ofRuns = page.getByRole('list', {name: 'Colour of each run'}).getByRole('listitem');
    const ofStages = page.getByRole('list', {name: 'Dashes of each stage'}).getByRole('listitem');
    expect(await ofRuns.allTextContents()).toEqual(['digits-1', 'digits-2', 'digits-3']);
    expect(await ofStages.allTextContents()).toEqual(['expert 0, t 0 to 499', 'expert 1, t 500 to 999']);
    const looks = await Promise.all((await ofRuns.all()).map(look));
    expect(new Set(looks.map(([colour]) => colour)).size).toBe(3);
    const dashes = await Promise.all((await ofStages.all()).map(look));
    const values = page.getByRole('region', {name: 'Values at the marked update'});
    for (const [run, id] of ['digits-1', 'digits-2', 'digits-3'].entries()) {
      for (const stage of [0, 1]) {
        const row = values.getByRole('row', {
          name: `${id}, expert ${stage}, t ${stage === 0 ? '0 to 499' : '500 to 999'}`,
        });
        expect(await look(row)).toEqual([looks[run]?.[0], dashes[stage]?.[1]]);
      }
    }
    expect(await look(page.getByRole('row', {name: /^digits-2/}).first())).toEqual(looks[1]);
    await page.getByRole('checkbox', {name: 'digits-1'}).click();
    await page.getByText('200 of 200 points shown').waitFor();
    expect(await Promise.all((await ofRuns.all()).map(look))).toEqual(looks.slice(1));
    await choose(page, 'Stage', 'expert 1');
    await eventually(() => ofStages.allTextContents()).toEqual(['expert 1, t 500 to 999']);
    expectNoTrouble(panel);
    await panel.close();
  });
});
