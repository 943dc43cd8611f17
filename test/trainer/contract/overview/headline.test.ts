import {describe, expect, it} from 'vitest';
import {headline, type HeadlineRun} from '../../../../trainer/contract/overview/headline.ts';
import {reportVerdict} from '../../../../trainer/contract/overview/reportVerdict.ts';
import {knownReport} from '../../../helpers/runs/knownRun.ts';

const run: HeadlineRun = {
  state: 'running',
  error: null,
  progress: 0.425,
  left: {seconds: 181, low: 170, high: 190},
  running: [],
  ranges: [
    [0, 250],
    [250, 1000],
  ],
  evaluates: true,
  verdict: null,
};

const training = (index: number, phase: string | null = null) => ({
  name: `expert-${index}`,
  phase,
  update: phase === null ? 120 : null,
  updates: phase === null ? 600 : null,
});

const text = (change: Partial<HeadlineRun>) => headline({...run, ...change}).text;

describe('the headline of a run', () => {
  it('says what it is doing, and how long that takes', () => {
    expect(text({running: [training(1)]})).toBe('Training expert 1, t 250 to 999 (update 120 of 600); 3 min left.');
    expect(text({running: [training(0, 'loading the engine wasm')], left: null})).toBe(
      'Training expert 0, t 0 to 249 (loading the engine wasm).',
    );
    const more = ['evaluate-merged', 'evaluate-base', 'search'].map((name) => ({...training(0), name, update: null}));
    expect(text({running: more, left: null})).toBe('Evaluating merged, and 2 more stages.');
  });

  it.each([
    ['new', 'The run is starting.'],
    ['paused', 'Paused at 42 %.'],
    ['stopped', 'Stopped at 42 %.'],
    ['lost', 'Lost at 42 %: its process is gone.'],
    ['failed', 'Failed at 42 %: No images.'],
  ] as const)('of one that is %s', (state, expected) => {
    expect(text({state, error: {message: 'No images.'}})).toBe(expected);
  });

  it('says why nothing was measured', () => {
    expect(text({state: 'done', evaluates: false})).toBe('Not measured: the config has no "evaluate" section.');
    expect(text({state: 'done'})).toBe('Not measured: its models have not been evaluated yet.');
  });

  it('is the verdict at the end, and before that says that it is an earlier one', () => {
    const verdict = reportVerdict(knownReport(0.02, 0.019)!);
    const text = 'Merged is better than the base by 5.00 % (100 standard errors).';
    expect(headline({...run, state: 'done', verdict})).toEqual({
      text,
      short: 'better than the base by 5.00 %',
      outcome: 'better',
    });
    expect(headline({...run, state: 'stopped', verdict})).toEqual({
      text: `Stopped at 42 %. Its last report: ${text}`,
      short: null,
      outcome: null,
    });
  });
});
