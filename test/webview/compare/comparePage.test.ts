import {expect, it} from 'vitest';
import {plannedProgress} from '../../../trainer/contract/run/runProgress.ts';
import {choose} from '../../helpers/editor/choose.ts';
import {fakeRun, fakeStep, type FakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {axeViolations, axeViolationsInThemes} from '../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';

/** Two runs on one base, of which the second has merged a better model, and a third that is still running. */
async function threeRuns(): Promise<FakeRun[]> {
  const output = await temporaryFolder();
  const done = {updates: 60, experts: 2, state: 'done'} as const;
  const [first, second] = [
    await fakeRun(output, {...done, id: 'digits-1'}),
    await fakeRun(output, {...done, id: 'digits-2'}),
  ];
  const report = second.run.report;
  const merged = report?.heldOut['merged'];
  if (report && merged) {
    const differenceToBase = {mean: merged.differenceToBase.mean - 5e-5, standardError: 7e-6};
    second.set({
      report: {
        ...report,
        heldOut: {...report.heldOut, merged: {...merged, mean: merged.mean - 5e-5, differenceToBase}},
      },
    });
  }
  return [first, second, await fakeRun(output, {id: 'digits-3', updates: 40, experts: 2, report: false})];
}

describePanel('compared runs', (open) => {
  async function begin(options: Omit<Parameters<typeof open>[0], 'runs' | 'saved' | 'compare'> = {}) {
    const runs = await threeRuns();
    const compared = runs.map(({run}) => run.path);
    const saved = {scope: 'compare', selected: null, tab: 'compare', compared, baseline: compared[0]};
    const panel = await open({runs, compare: true, saved, ...options});
    await panel.page.getByRole('heading', {name: 'Results'}).waitFor();
    return panel;
  }

  it('have the curves of all trainings after their end, of which the host knows no more than the end of the log', async () => {
    const runs = await threeRuns();
    const [first] = runs;
    if (first === undefined) expect.fail('no run');
    const stages = ['expert-0', 'expert-1', 'merge', 'report'];
    first.set({progress: plannedProgress(stages, new Set(stages))});
    const compared = [first.run.path];
    const panel = await open({
      runs,
      compare: true,
      saved: {scope: 'compare', selected: null, tab: 'compare', compared},
    });
    const shown = panel.page.getByRole('list', {name: 'Dashes of each stage'});
    await eventually(() => shown.innerText()).toMatch(/expert 0.*\s+expert 1/);
    expect(await shown.innerText()).not.toContain('merge');
    expectNoTrouble(panel);
    await panel.close();
  });

  it('keep a list open in which someone chooses, and show what has come meanwhile once it is closed', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 0, experts: 2, report: false});
    run.emit(fakeStep('expert-0', 1));
    const compared = [run.run.path];
    const panel = await open({
      runs: [run],
      compare: true,
      saved: {scope: 'compare', selected: null, tab: 'compare', compared},
    });
    const list = panel.page.getByRole('combobox', {name: 'Stage', exact: true});
    const option = (name: RegExp) => panel.page.getByRole('option', {name}).and(panel.page.locator(':visible'));
    await list.click();
    await option(/^expert 0/).waitFor();
    run.emit(fakeStep('expert-1', 1));
    panel.changed(run);
    await panel.page.getByRole('list', {name: 'Dashes of each stage'}).getByText('expert 1').waitFor();
    expect(await option(/^expert 0/).isVisible()).toBe(true);
    expect(await option(/^expert 1/).count()).toBe(0);
    // The press on another list closes this one, and its end opens that one.
    await panel.page.getByRole('combobox', {name: 'X axis', exact: true}).click({delay: 150});
    await option(/^expert 0/).waitFor({state: 'hidden'});
    await option(/^Hours/).waitFor();
    await panel.page.keyboard.press('Escape');
    await option(/^Hours/).waitFor({state: 'hidden'});
    await choose(panel.page, 'Stage', 'expert 1');
    await eventually(() => panel.page.getByRole('list', {name: 'Dashes of each stage'}).innerText()).toBe(
      'expert 1, t 500 to 999',
    );
    expectNoTrouble(panel);
    await panel.close();
  });

  it('have their scores side by side, with differences to the baseline and what they say', async () => {
    const panel = await begin();
    const {page} = panel;
    const row = (name: RegExp) => page.getByRole('row', {name});
    // 5.0e-5 with an error of sqrt(8.05^2 + 7^2) e-6: 4.7 standard errors.
    await row(/^held-out loss, difference to the baseline ?paired by image/)
      .getByRole('cell', {name: '-5.0e-5 ± 1.1e-5 better'})
      .waitFor();
    const cells = row(/^held-out loss, difference to the baseline/).getByRole('cell');
    expect((await cells.allTextContents()).map((text) => text.replace('better', ''))).toEqual([
      'baseline',
      '-5.0e-5 ± 1.1e-5',
      '–',
    ]);
    expect(
      await row(/^held-out loss ?lower/)
        .getByRole('cell')
        .nth(1)
        .textContent(),
    ).toContain('(best)');
    expect(
      await row(/^Fréchet distance, difference to the baseline/)
        .getByRole('cell')
        .nth(1)
        .textContent(),
    ).toContain('within noise');
    await page.getByRole('columnheader', {name: 'digits-3 (running, 42 %: no report yet)'}).waitFor();
    await choose(page, 'Baseline', 'none');
    await page.getByText('Choose a baseline above for differences between runs.').waitFor();
    expect(await row(/difference to the baseline/).count()).toBe(0);
    await choose(page, 'Model', 'ensemble');
    await page.getByText('Scores of ensemble, measured with the same recipe').first().waitFor();
    await eventually(() => panel.saved).toMatchObject({comparedModel: 'ensemble', baseline: null});
    expectNoTrouble(panel);
    await panel.close();
  });

  it('are those that a command has asked for, the first as the baseline', async () => {
    const runs = await threeRuns();
    const panel = await open({runs, compare: true, saved: {scope: 'compare', selected: null, tab: 'runs'}});
    const {page} = panel;
    const wanted = [runs[1], runs[0]].flatMap((run) => run?.run.path ?? []);
    panel.session.wish.show({type: 'showCompared', runs: wanted});
    const ofRuns = page.getByRole('list', {name: 'Colour of each run'}).getByRole('listitem');
    await eventually(() => ofRuns.allTextContents()).toEqual(['digits-1', 'digits-2']);
    const differences = page.getByRole('row', {name: /^held-out loss, difference to the baseline/}).getByRole('cell');
    await eventually(() => differences.last().textContent()).toBe('baseline');
    await eventually(() => panel.saved).toMatchObject({compared: wanted, baseline: wanted[0]});
    expectNoTrouble(panel);
    await panel.close();
  });

  it('have their losses by timestep in one chart, each in the look of its curve', async () => {
    const panel = await begin();
    const {page} = panel;
    const chart = page.getByRole('img', {
      name: /^Denoising loss by timestep: digits-1, expert 0, t \d+ to \d+ \(updates \d+ to 60\): from /,
    });
    await chart.waitFor();
    const colours = async () => {
      const source = decodeURIComponent((await chart.getAttribute('src')) ?? '');
      return [...source.matchAll(/stroke="(#\w+)" stroke-width="2"|stroke="(#\w+)" stroke-dasharray/g)].map(
        ([, a, b]) => a ?? b,
      );
    };
    expect(new Set(await colours()).size).toBe(3);
    await choose(page, 'Curve', 'Consistency loss');
    await page.getByRole('img', {name: /^Consistency loss by timestep/}).waitFor();
    await choose(page, 'Curve', 'Learning rate');
    await chart.waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('have their samples side by side, those too that the panel was not opened for', async () => {
    const panel = await begin();
    const {page} = panel;
    const samples = page.getByRole('region', {name: 'Samples of merged'});
    await eventually(() => samples.getByRole('figure').allInnerTexts()).toHaveLength(3);
    expect(await samples.getByRole('figure').allInnerTexts()).toEqual(['digits-1', 'digits-2', 'digits-3']);
    await choose(page, 'Show', 'differences to the baseline');
    await eventually(() => samples.getByText('the same pixels').count()).toBe(2);
    expectNoTrouble(panel);
    await panel.close();
  });

  it.each([400, 900, 1440])('have no axe violation in %i pixels, and do not make the page wider', async (width) => {
    const panel = await begin({viewport: {width, height: 900}});
    await panel.page.getByRole('img', {name: /^Denoising loss by timestep/}).waitFor();
    expect(await (width === 900 ? axeViolationsInThemes(panel) : axeViolations(panel.page))).toEqual([]);
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await panel.close();
  });
});
