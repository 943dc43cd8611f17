import {expect, it} from 'vitest';
import {stageTimes} from '../../../extension/panel/stageTimes.ts';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';

it('adds up the attempts of a stage, and knows from where its result was taken over', () => {
  const stage = (name: string, time: number, state: 'started' | 'done' | 'skipped', from?: string): RunEvent => ({
    type: 'stage',
    time: 1000 * time,
    stage: name,
    state,
    from,
  });
  const times = stageTimes([
    stage('expert-0', 10, 'started'),
    {type: 'stopped', time: 40_000, stage: 'expert-0'},
    {type: 'stopped', time: 41_000, stage: 'run'},
    stage('expert-0', 100, 'started'),
    stage('expert-0', 105, 'done'),
    stage('expert-1', 1, 'skipped', 'digits-1'),
    stage('expert-1', 90, 'skipped'),
    stage('search', 106, 'started'),
    stage('merge', 200, 'started'),
    {type: 'stopped', time: 210_000, stage: 'merge'},
    // The clock was set back during the second attempt.
    stage('merge', 300, 'started'),
    stage('merge', 220, 'done'),
  ]);
  expect(times.get('expert-0')).toEqual({started: 100_000, seconds: 35, from: null});
  expect(times.get('expert-1')).toEqual({started: null, seconds: null, from: 'digits-1'});
  expect(times.get('search')).toEqual({started: 106_000, seconds: null, from: null});
  expect(times.get('merge')).toEqual({started: 300_000, seconds: 10, from: null});
});
