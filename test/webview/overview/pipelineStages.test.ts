import {describe, expect, it} from 'vitest';
import {pipelineStages} from '../../../webview/overview/pipelineStages.ts';
import {stageView} from '../runViews.ts';

const now = 1_000_000;

const shown = (...stages: Parameters<typeof pipelineStages>[0]) =>
  pipelineStages(stages, [[0, 250]], now).map(({name, text}) => `${name}: ${text}`);

describe('the stages of a pipeline', () => {
  it('have a state, how long they took, and how long they will', () => {
    const running = {state: 'running', share: 0.426, started: now - 200_000, secondsLeft: 300} as const;
    expect(
      shown(
        stageView('expert-0', {state: 'done', seconds: 330}),
        stageView('expert-1', running),
        stageView('baseline-p2', {state: 'running', started: now - 5000, phase: 'loading the engine wasm'}),
        stageView('ordinary', {state: 'done', seconds: 0}),
        stageView('search', {state: 'failed', seconds: 12}),
        stageView('merge', {state: 'done', from: 'digits-1', seconds: 3}),
        stageView('report'),
      ),
    ).toEqual([
      'expert 0, t 0 to 249: done, 6 min',
      'expert 1: running, 42 %, for 3 min, 5 min left',
      'baseline p2: running, loading the engine wasm, for 5 s',
      'ordinary finetune: done, 0 s',
      'search of weights: failed, 12 s',
      'merge: taken over, from digits-1',
      'report: waiting',
    ]);
  });

  it('are one for all that measures models', () => {
    const evaluation = (...states: ('waiting' | 'running' | 'done')[]) =>
      shown(
        ...states.map((state, i) => stageView(`evaluate-expert-${i}`, {state, started: now - 60_000, seconds: 20})),
      );
    expect(evaluation('waiting', 'waiting')).toEqual(['evaluation: waiting']);
    expect(evaluation('done', 'running', 'waiting')).toEqual(['evaluation: running, 1 of 3, for 60 s']);
    expect(evaluation('done', 'waiting')).toEqual(['evaluation: waiting, 1 of 2']);
    expect(evaluation('done', 'done')).toEqual(['evaluation: done, 40 s']);
  });
});
