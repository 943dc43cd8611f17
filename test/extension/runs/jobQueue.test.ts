import {describe, expect, it, vi} from 'vitest';
import type * as vscode from 'vscode';
import {JobQueue, type Job, type JobHost} from '../../../extension/runs/jobQueue.ts';
import {UserError} from '../../../trainer/contract/errors.ts';
import type {JobEnd} from '../../../trainer/launch/launcher.ts';
import type {OwnerRequest} from '../../../trainer/contract/run/ownerMessages.ts';
import {memento} from '../../helpers/editor/fakeContext.ts';

/** Other tests may keep the machine busy. */
const patient = {timeout: 20_000};

const request: OwnerRequest = {action: 'start', config: '/a.deme.yaml', selection: {kind: 'merge'}};

/** A host whose jobs a test carries out by hand. */
function fakeHost(limit = 1) {
  const jobs = new Map<
    string,
    {job: Job; onRun: (run: string) => void; end: (end: JobEnd) => void; fail: (e: Error) => void}
  >();
  const active: string[] = [];
  const killed: string[] = [];
  const host: JobHost = {
    limit: () => limit,
    activeRuns: () => active,
    start: async (job, onRun) => {
      const finished = new Promise<JobEnd>((end, fail) => jobs.set(job.title, {job, onRun, end, fail}));
      const cancel = async () => {
        killed.push(job.title);
        jobs.get(job.title)?.fail(new Error('killed'));
      };
      return {finished, cancel};
    },
  };
  return {host, jobs, active, killed, started: () => [...jobs.keys()]};
}

const store = () => memento() as unknown as vscode.Memento;
const states = (queue: JobQueue) => queue.all().map(({title, state}) => `${title}: ${state}`);

describe('the queue', () => {
  it('carries out one job after the other', async () => {
    const {host, jobs, started} = fakeHost();
    const queue = new JobQueue(host, store());
    for (const title of ['a', 'b', 'c']) queue.add(title, request);
    expect(states(queue)).toEqual(['a: starting', 'b: queued', 'c: queued']);
    await vi.waitFor(() => expect(started()).toEqual(['a']), patient);
    jobs.get('a')!.onRun('/runs/a-1');
    expect(queue.all()[0]).toMatchObject({state: 'running', run: '/runs/a-1'});
    jobs.get('a')!.end({outcome: 'done'});
    await vi.waitFor(() => expect(started()).toEqual(['a', 'b']), patient);
    expect(states(queue)).toEqual(['b: starting', 'c: queued']);
  });

  it('carries out as many at once as it may, and counts runs that others have started', async () => {
    const {host, jobs, active, started} = fakeHost(2);
    active.push('/runs/of-a-shell');
    const queue = new JobQueue(host, store());
    queue.add('a', request);
    queue.add('b', request);
    await vi.waitFor(() => expect(started()).toEqual(['a']), patient);
    // The own run counts once, though it is active too.
    jobs.get('a')!.onRun('/runs/a-1');
    active.push('/runs/a-1');
    queue.pump();
    expect(states(queue)).toEqual(['a: running', 'b: queued']);
    active.shift();
    queue.pump();
    expect(states(queue)).toEqual(['a: running', 'b: starting']);
  });

  it('goes on after a job that fails, and tells why', async () => {
    const {host, jobs, started} = fakeHost();
    const queue = new JobQueue(host, store());
    const failures: string[] = [];
    queue.onDidFail(({job, error}) => failures.push(`${job.title}: ${(error as Error).message}`));
    queue.add('a', request);
    queue.add('b', request);
    await vi.waitFor(() => expect(started()).toEqual(['a']), patient);
    jobs.get('a')!.fail(new UserError('config-invalid', 'name is missing'));
    await vi.waitFor(() => expect(started()).toEqual(['a', 'b']), patient);
    expect(failures).toEqual(['a: name is missing']);
  });

  it('gives back what waits, and ends what is being started, without a failure', async () => {
    const {host, killed, started} = fakeHost();
    const queue = new JobQueue(host, store());
    const failures: unknown[] = [];
    queue.onDidFail((failure) => failures.push(failure));
    const [a, b] = [queue.add('a', request), queue.add('b', request)];
    await queue.cancel(b.id);
    expect(states(queue)).toEqual(['a: starting']);
    await vi.waitFor(() => expect(started()).toEqual(['a']), patient);
    await queue.cancel(a.id);
    await vi.waitFor(() => expect(states(queue)).toEqual([]), patient);
    expect([killed, failures]).toEqual([['a'], []]);
  });

  it('leaves a job with a run to the controls of runs', async () => {
    const {host, jobs, killed, started} = fakeHost();
    const queue = new JobQueue(host, store());
    const job = queue.add('a', request);
    await vi.waitFor(() => expect(started()).toEqual(['a']), patient);
    jobs.get('a')!.onRun('/runs/a-1');
    await queue.cancel(job.id);
    expect(states(queue)).toEqual(['a: running']);
    expect(killed).toEqual([]);
  });

  it('knows after a reload what waited, and not what ran', async () => {
    const kept = store();
    const {host, jobs, started} = fakeHost(2);
    const before = new JobQueue(host, kept);
    for (const title of ['runs', 'starts', 'waits']) before.add(title, request);
    await vi.waitFor(() => expect(started()).toHaveLength(2), patient);
    jobs.get('runs')!.onRun('/runs/a-1');
    const after = new JobQueue(fakeHost().host, kept);
    expect(states(after)).toEqual(['starts: queued', 'waits: queued']);
    after.pump();
    expect(states(after)).toEqual(['starts: starting', 'waits: queued']);
  });

  it('starts nothing where nothing may run', () => {
    const queue = new JobQueue(fakeHost(0).host, store());
    queue.add('a', request);
    expect(states(queue)).toEqual(['a: queued']);
  });
});
