import {describe, expect, it} from 'vitest';
import {bestLoss, lossText, runStateText, stageText} from '../../../extension/runs/runText.ts';
import {knownProgress, knownReport, knownRun, knownState, stepEvent} from '../../helpers/runs/knownRun.ts';

describe('the state of a run in words', () => {
  it.each([
    [knownRun(), 'starting'],
    [
      knownRun({state: knownState('running', 0.425, {left: {seconds: 181, low: 162, high: 199}})}),
      'running 42 %, 3 min left',
    ],
    [
      knownRun({state: knownState('running', 0.425, {left: {seconds: 300, low: 180, high: 540}})}),
      'running 42 %, 3 to 9 min left',
    ],
    [knownRun({state: knownState('running', 0.01)}), 'running 1 %'],
    [knownRun({state: knownState('paused')}), 'paused at 42 %'],
    [
      knownRun({state: knownState('running'), silentSeconds: 40}),
      'running at 42 %, but its process has said nothing for 40 s',
    ],
    [
      knownRun({state: knownState('running'), silentSeconds: 7200}),
      'running at 42 %, but its process has said nothing for 2 h',
    ],
    [knownRun({state: knownState('lost')}), 'lost at 42 %, its process is gone'],
    [knownRun({state: knownState('failed', 0, {error: {code: 'x', message: 'No images.'}})}), 'failed: No images.'],
    [
      knownRun({state: knownState('done', 1), report: knownReport(0.0215, 0.0212)}),
      'done, better than the base by 1.40 %',
    ],
    [knownRun({state: knownState('done', 1)}), 'done'],
  ])('%#', (run, text) => {
    expect(runStateText(run)).toBe(text);
  });

  it('takes a stage that its process has left for stopped', () => {
    const progress = knownProgress(['expert-0'], [], [stepEvent(30)]);
    const stage = progress.stages.get('expert-0')!;
    expect(stageText(knownRun({state: knownState('running')}), stage)).toBe('30 %');
    expect(stageText(knownRun({state: knownState('paused')}), stage)).toBe('paused at 30 %');
    expect(stageText(knownRun({state: knownState('lost')}), stage)).toBe('stopped at 30 %');
  });

  it('says of a stage with all its updates done, but not its files written, that it is finishing', () => {
    const stage = knownProgress(['expert-0'], [], [stepEvent(100)]).stages.get('expert-0')!;
    expect(stageText(knownRun({state: knownState('running')}), stage)).toBe('finishing');
  });
});

describe('the number of a run', () => {
  it('is the merged loss', () => {
    expect(bestLoss(knownRun({report: knownReport(0.02, 0.019)}))).toEqual({model: 'merged', loss: 0.019});
  });

  it('shows the digits that count', () => {
    expect([0.021234, 0.02, 12.345, 0.0000123].map(lossText)).toEqual(['0.0212', '0.02', '12.3', '1.23e-5']);
  });
});
