import {expect, it} from 'vitest';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {describePanel, eventually, expectNoTrouble} from '../describePanel.ts';

describePanel('the system tab', (open) => {
  it('tells when each stage started, how long it took, and its memory in the unit of the trees', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, report: false});
    run.emit({type: 'stage', stage: 'expert-0', state: 'done'});
    const {events} = run;
    const started = events.find(({type, stage}) => type === 'stage' && stage === 'expert-0')?.time ?? 0;
    const panel = await open({runs: [run], tab: 'system'});
    await panel.page.getByText(/^Engine: .*\. Time for all: .* left\.$/).waitFor();
    const table = panel.page.getByRole('table', {name: 'Stages of the run'});
    const row = table.getByRole('row', {name: /^expert 0, t 0 to 249 done/});
    const [state, start, took] = await row.getByRole('cell').allInnerTexts();
    expect(state).toBe('done');
    expect(start).toBe(await panel.page.evaluate((time) => new Date(time).toLocaleString(), started));
    expect(took).toMatch(/^\d+ s$/);
    await row.getByRole('cell', {name: '537 MB', exact: true}).waitFor();
    const waiting = await table
      .getByRole('row', {name: /^merge/})
      .getByRole('cell')
      .allInnerTexts();
    expect(waiting.slice(0, 3)).toEqual(['waiting', '–', '–']);
    // No stage has used a GPU.
    const heads = await table.getByRole('columnheader').allInnerTexts();
    expect(heads).toContain('of it waiting for data');
    expect(heads.at(-1)).toBe('Peak memory');
    await panel.page.getByRole('row', {name: /expert 1, t 250 to 499 warning the last batch is short/}).waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('has no time left of a run that has ended', async () => {
    const panel = await open({
      runs: [await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'})],
      tab: 'system',
    });
    await panel.page.getByText(/^Engine: [^.]*(\.\d+)*, CPU\.$/).waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('shows what the run says at once, the newest first', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, report: false});
    const panel = await open({runs: [run], tab: 'system'});
    const rows = panel.page.getByRole('table', {name: 'Messages of the run, newest first'}).getByRole('row');
    await rows.filter({hasText: 'the last batch is short'}).waitFor();
    const asked = () => panel.received.filter(({type}) => type === 'request').length;
    const before = asked();
    for (const [i, message] of ['the loss jumps', 'the disk is full'].entries()) {
      run.emit({type: 'log', stage: 'expert-0', level: 'warning', message});
      panel.changed(run);
      await eventually(() => rows.nth(1).innerText()).toContain(message);
      expect(asked()).toBe(before + i + 1);
    }
    expectNoTrouble(panel);
    await panel.close();
  });
});
