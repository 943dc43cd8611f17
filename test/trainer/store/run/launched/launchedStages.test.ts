import {describe, expect, it} from 'vitest';
import type {CancelRecord} from '../../../../../trainer/contract/launch/cancelRecord.ts';
import type {SeenJob} from '../../../../../trainer/contract/launch/seenJob.ts';
import type {StageState} from '../../../../../trainer/contract/launch/stageState.ts';
import {stageOf} from '../../../../../trainer/store/run/launched/launchedStages.ts';
import {stateOfStages} from '../../../../../trainer/store/run/launched/launchedState.ts';

const now = 1_000_000;

interface Case {
  readonly isDone?: boolean;
  readonly said?: Partial<StageState>;
  readonly seen?: Partial<SeenJob>;
  /** Seconds since it was submitted. */
  readonly age?: number;
  /** Seconds since somebody asked the scheduler; null: nobody has. */
  readonly looked?: number | null;
  readonly id?: string | null;
  /** Why it was cancelled from here. */
  readonly cancelled?: CancelRecord;
}

function stage({isDone = false, said, seen, age = 60, looked = 1, id = '7', cancelled}: Case, name = 'expert-3') {
  const job = {name: 'deme-0-train', id, refused: null, submitted: 1000 * (now - age), tasks: {[name]: 3}};
  const jobs = seen ? [{id: '7_3', name: 'deme-0-train', state: 'RUNNING', reason: 'None', start: '', ...seen}] : [];
  const queue = looked === null ? null : {format: 1 as const, launch: '0', looked: now - looked, jobs};
  const state = said
    ? {state: 'running' as const, pid: 1, started: 1, heartbeat: now - 5, progress: 0.5, ...said}
    : null;
  return stageOf(name, {isDone, said: state, cancelled: cancelled ?? null, job, queue, now});
}

describe('a stage that is a job', () => {
  it.each<[string, Case, string]>([
    ['has its record, whatever else is said', {isDone: true, seen: {state: 'FAILED'}, said: {state: 'failed'}}, 'done'],
    ['waits', {seen: {state: 'PENDING', reason: 'Priority'}}, 'queued'],
    [
      'was put back while its last life has said stopped',
      {seen: {state: 'PENDING'}, said: {state: 'stopped'}},
      'queued',
    ],
    ['runs', {seen: {state: 'RUNNING'}}, 'running'],
    ['has just been submitted, and nobody has looked', {looked: null}, 'queued'],
    ['is not listed yet', {age: 60}, 'queued'],
    ['works, though the scheduler does not answer', {looked: null, said: {}}, 'running'],
    ['works, though the scheduler has forgotten it', {age: 4000, said: {}}, 'running'],
    ['is late with its record', {age: 4000, said: {heartbeat: now - 120}}, 'running'],
    ['was silent for long, and the scheduler has no such job', {age: 4000, said: {heartbeat: now - 1000}}, 'lost'],
    [
      'was silent for long, but the scheduler says that it runs',
      {age: 4000, said: {heartbeat: now - 1000}, seen: {}},
      'running',
    ],
    ['was cancelled', {seen: {state: 'CANCELLED'}}, 'stopped'],
    ['stopped at a checkpoint by its own script', {seen: {state: 'FAILED'}, said: {state: 'stopped'}}, 'stopped'],
    ['took too much memory', {seen: {state: 'OUT_OF_MEMORY'}, said: {}}, 'failed'],
    ['ended in a way that nobody knows yet', {seen: {state: 'NEW_STATE'}}, 'failed'],
    [
      'was cancelled here, ended, and the scheduler has forgotten it',
      {age: 4000, cancelled: {format: 1, because: null}},
      'stopped',
    ],
    [
      'was cancelled here before it could listen',
      {seen: {state: 'FAILED'}, said: {}, cancelled: {format: 1, because: null}},
      'stopped',
    ],
    [
      'was cancelled here, and still writes its checkpoint',
      {seen: {}, said: {}, cancelled: {format: 1, because: null}},
      'running',
    ],
    ['had failed before it was cancelled', {said: {state: 'failed'}, cancelled: {format: 1, because: null}}, 'failed'],
    ['never got a number, and is found by its name', {id: null, seen: {state: 'PENDING'}}, 'queued'],
  ])('%s: %#', (_, known, state) => expect(stage(known).state).toBe(state));

  it('says why it waits and how it ended, with what to do', () => {
    const waits = (reason: string, start = '') => stage({seen: {state: 'PENDING', reason, start}}).waits;
    expect(waits('Priority', '2026-11-28T14:20:00')).toBe('others come first (Priority), expected 14:20');
    expect(waits('None')).toBe('submitted');
    expect(waits('(New\u001bReason)')).toBe('(New\\u001bReason)');
    const error = (state: string) => stage({seen: {state}}).error;
    expect(error('OUT_OF_MEMORY')).toMatchObject({
      message: 'expert-3 took more memory than its job had.',
      hint: expect.stringContaining('launch.options.mem') as string,
    });
    expect(error('TIMEOUT')?.hint).toContain('launch.options.time');
    expect(error('NODE_FAIL')?.message).toContain('lost its node');
    const own = {code: 'no-data', message: 'No images.'};
    expect(stage({said: {state: 'failed', error: own}, seen: {state: 'FAILED'}}).error).toEqual(own);
  });
});

describe('a run of such stages', () => {
  const stages = (...cases: Case[]) => cases.map((each, i) => stage(each, `expert-${i}`)).map((one) => one);
  const done = {isDone: true};
  const runs = {said: {}, looked: null};
  const waits = {looked: null};
  const failed = {said: {state: 'failed' as const, error: {code: 'x', message: 'It failed.'}}, looked: null};

  it.each([
    ['done', [done, done], null],
    ['running', [done, runs, waits], null],
    ['running', [failed, runs], null],
    ['queued', [done, waits], null],
    ['paused', [runs, waits], 'pause'],
    ['stopping', [runs, waits], 'stop'],
    ['stopped', [done, waits], 'stop'],
    ['failed', [done, failed], null],
    ['stopped', [done, {said: {state: 'stopped' as const}, looked: null}], null],
    ['stopped', [done, {said: {state: 'stopped' as const}, seen: {state: 'RUNNING'}}], 'stop'],
    ['running', [done, {said: {state: 'stopped' as const}, seen: {state: 'RUNNING'}}], null],
    ['done', [done], 'stop'],
  ] as const)('is %s', (state, cases, control) => {
    expect(stateOfStages(stages(...cases), control).state).toBe(state);
  });

  it('is stopped once the others are done, and says what was cancelled, and why', () => {
    const gone = (because: string | null): Case => ({seen: {state: 'CANCELLED'}, cancelled: {format: 1, because}});
    expect(stateOfStages(stages(done, gone(null), gone('expert-1')), null)).toMatchObject({
      state: 'stopped',
      cancelled: {'expert-1': 'cancelled', 'expert-2': 'cancelled: it needs expert-1'},
    });
    expect(stateOfStages(stages(runs, gone(null)), null).state).toBe('running');
  });

  it('tells a failure while others go on', () => {
    expect(stateOfStages(stages(failed, runs), null)).toMatchObject({state: 'running', error: {message: 'It failed.'}});
  });
});
