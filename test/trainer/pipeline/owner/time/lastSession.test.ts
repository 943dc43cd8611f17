import {expect, it} from 'vitest';
import type {RunEvent} from '../../../../../trainer/contract/run/events.ts';
import {lastSession} from '../../../../bench/eta/lastSession.ts';

let time = 0;
const stage = (name: string, state: 'started' | 'done' | 'skipped'): RunEvent => {
  return {type: 'stage', time: time++, stage: name, state};
};
const count = (name: string): RunEvent => ({type: 'progress', time: time++, stage: name, done: 1, total: 2, what: 'a'});
const stopped = (): RunEvent => ({type: 'stopped', time: time++, stage: 'run'});

it('finds the session of the owner that came last and did something', () => {
  const taken = [stage('base', 'started'), count('base'), stage('base', 'done')];
  const first = [stage('base', 'skipped'), stage('one', 'started'), stage('one', 'done'), stage('two', 'started')];
  const second = [stage('base', 'skipped'), stage('one', 'skipped'), stage('two', 'started'), count('two')];
  const third = [stage('one', 'skipped'), stage('two', 'started'), count('two'), stage('two', 'done')];
  const idle = [stage('one', 'skipped'), stage('two', 'skipped')];
  // Of those of the second, the owner died.
  const log = [...taken, ...first, stopped(), ...second, ...third, stopped(), ...idle];
  expect(lastSession(log)).toEqual({finished: ['one'], events: third.slice(1)});
  expect(lastSession([...taken, ...first])).toEqual({finished: ['base'], events: first.slice(1, 3)});
  expect(() => lastSession(idle)).toThrow('no stage');
});
