import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {afterAll, beforeAll, expect} from 'vitest';
import {JobLine} from '../../trainer/contract/launch/launchRecord.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {NewEvents} from '../../trainer/store/run/launched/newEvents.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {currentState, type CurrentState} from '../../trainer/store/run/runState.ts';
import {deme, type Ended} from '../helpers/machine/deme.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../helpers/runs/tinyExperiment.ts';
import {SlurmCluster} from './slurmCluster.ts';

/** Whether this is `npm run test:slurm`, which repeats at greater length. */
export const isLong = process.env.DEME_LONG_SLURM === '1';

/** Settings of trainings that can be interfered with. */
export const training = {batch: 4, consistency: 0, logEvery: 5, bucketEvery: 1000, checkpointEvery: 10_000};

/** Looks until something is so, at most half of the time: programs that look take it from what they wait for. */
export async function until(what: string, isSo: () => Promise<boolean>, seconds = 180): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  for (;;) {
    const begun = performance.now();
    if (await isSo()) return;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await wait(Math.max(300, performance.now() - begun));
  }
}

/** A Slurm for the tests of a `describe`, and what they do with it. */
export function useCluster() {
  let started: SlurmCluster | undefined;
  beforeAll(async () => void (started = await SlurmCluster.start()), 60_000);
  afterAll(() => started?.stop());

  const cluster = (): SlurmCluster => {
    if (started === undefined) throw new Error('the cluster has not started');
    return started;
  };

  async function experiment(updates: number, changes: Record<string, unknown> = {}) {
    // Quotes and spaces belong to the path of many a home.
    const folder = join(await temporaryFolder(), `it's "a" $HOME 100% one`);
    const config = await writeTinyExperiment(folder, {
      decouple: {ranges: 2, updates, ...training},
      launch: {kind: 'slurm', options: {partition: 'batch'}},
      ...changes,
    });
    return {folder, config, run: join(folder, '.deme', 'runs', 'tiny-1')};
  }

  const call = async (...args: string[]): Promise<Ended> => deme(args, {env: cluster().environment});

  async function succeed(...args: string[]): Promise<string> {
    const {code, stdout, stderr} = await call(...args);
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  }

  /** The state as `deme runs` sees it, with the queue looked at anew. */
  async function stateOf(run: string): Promise<CurrentState | null> {
    await call('runs', '--output', join(run, '..'));
    return currentState(run);
  }

  async function ended(run: string, state: CurrentState['state'] = 'done'): Promise<void> {
    const isSo = async () => (await currentState(run))?.state === state;
    // The last job has then also brought the events of all together.
    const isGathered = async () => state !== 'done' || (await fileExists(runPaths.state(run)));
    await until(`${run} is ${state}`, async () => (await isSo()) && (await isGathered())).catch(
      async (error: unknown) => {
        const now = await stateOf(run);
        const queue = await cluster().call('squeue', '-t', 'all', '-r', '-o', '%i %j %T %r');
        const logs = (await readdir(runPaths.jobs(run))).filter((name) => name.endsWith('.log'));
        const said = await Promise.all(
          logs.map(async (name) => `${name}: ${await readFile(join(runPaths.jobs(run), name), 'utf8')}`),
        );
        throw new Error([String(error), JSON.stringify(now), queue, ...said].join('\n'));
      },
    );
  }

  /** The job of a stage, as `12` or `12_3`. */
  async function jobOf(run: string, stage: string): Promise<string> {
    const text = await readFile(runPaths.jobLog(run), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JobLine.parse(JSON.parse(line)));
    const intent = lines.findLast((line) => line.type === 'intent' && stage in line.tasks);
    const submitted = lines.find((line) => line.type === 'submitted' && line.name === intent?.name);
    if (intent?.type !== 'intent' || submitted?.type !== 'submitted') throw new Error(`${stage} has no job`);
    const task = intent.tasks[stage];
    return task === null ? submitted.id : `${submitted.id}_${task}`;
  }

  const updatesOf = async (run: string, stage: string): Promise<number[]> =>
    (await new NewEvents(run).read()).flatMap((event) =>
      event.type === 'step' && event.stage === stage ? [event.update] : [],
    );

  /** Waits until a stage has made some more updates. */
  async function working(run: string, stage: string): Promise<void> {
    const before = Math.max(0, ...(await updatesOf(run, stage)));
    await until(`${stage} works`, async () => Math.max(0, ...(await updatesOf(run, stage))) > before + 15);
  }

  return {cluster, experiment, call, succeed, stateOf, ended, jobOf, updatesOf, working};
}
