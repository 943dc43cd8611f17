import {describe, expect, it} from 'vitest';
import {nextAction, type ActionRun} from '../../../../trainer/contract/overview/nextAction.ts';

const run: ActionRun = {
  state: 'done',
  error: null,
  outcome: 'better',
  base: 'google/ddpm-cifar10-32',
  experts: 4,
  evaluates: true,
  merges: true,
  objective: 'loss',
};

const does = (change: Partial<ActionRun>) => nextAction({...run, ...change}).does;

describe('the next step', () => {
  it.each(['paused', 'stopped', 'lost', 'failed'] as const)('of a run that is %s is to resume it', (state) => {
    expect(nextAction({...run, state, outcome: null})).toMatchObject({label: 'Resume', does: {kind: 'resume'}});
  });

  it('is to fetch a base that is not there, by its name on the hub only', () => {
    const failed = {state: 'failed', outcome: null, error: {code: 'base-missing'}} as const;
    expect(nextAction({...run, ...failed})).toMatchObject({
      label: 'Fetch google/ddpm-cifar10-32',
      does: {kind: 'command', command: 'fetchBase'},
    });
    expect(does({...failed, base: './base'})).toEqual({kind: 'resume'});
    expect(does({...failed, error: {code: 'loss-not-finite'}})).toEqual({kind: 'resume'});
  });

  it.each([
    ['better', {kind: 'tab', tab: 'evaluation'}],
    ['worse', {kind: 'tab', tab: 'merge'}],
    ['base', {kind: 'tab', tab: 'merge'}],
    ['mixed', {kind: 'command', command: 'openConfig'}],
    ['noise', {kind: 'command', command: 'extend'}],
    ['unmeasured', {kind: 'command', command: 'evaluate'}],
  ] as const)('after the verdict %s', (outcome, expected) => {
    expect(does({outcome})).toEqual(expected);
  });

  it('is not to search by images again where that has been done', () => {
    expect(does({outcome: 'mixed', objective: 'frechet'})).toEqual({kind: 'tab', tab: 'evaluation'});
    expect(does({outcome: 'mixed', objective: null})).toEqual({kind: 'command', command: 'openConfig'});
  });

  it('is to measure what is not measured, where that is possible', () => {
    expect(does({outcome: null})).toEqual({kind: 'command', command: 'evaluate'});
    expect(does({outcome: null, evaluates: false})).toEqual({kind: 'command', command: 'openConfig'});
    expect(does({outcome: null, evaluates: false, merges: false})).toEqual({kind: 'tab', tab: 'merge'});
    expect(does({outcome: null, experts: 0})).toEqual({kind: 'tab', tab: 'samples'});
  });
});
