import {chmod, chown, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {NewEvents} from '../../trainer/store/run/launched/newEvents.ts';
import {lockHolder} from '../../trainer/store/run/processLock.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {currentState, type CurrentState} from '../../trainer/store/run/runState.ts';
import {readModelFolder} from '../../trainer/store/weights/modelFolder.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {useCpuBackend} from '../helpers/cpuBackend.ts';
import {deme, type Ended} from '../helpers/deme.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeRandomBase, writeTinyExperiment} from '../helpers/tinyExperiment.ts';
import {hasSlurm, SlurmCluster} from './slurmCluster.ts';

const isLong = process.env.DEME_LONG_SLURM === '1';

const training = {batch: 4, consistency: 0, logEvery: 5, bucketEvery: 1000, checkpointEvery: 10_000};

const weights = (run: string, model: string) =>
  readModelFolder(runPaths.model(run, model)).then((folder) => folder.weightsHash());

function isThere(pid = 0): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Looks until something is so. */
async function until(what: string, isSo: () => Promise<boolean>, seconds = 180): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await wait(300);
  }
}

describe.skipIf(!hasSlurm)('a run on Slurm (skipped where Slurm is not installed)', {timeout: 600_000}, () => {
  useCpuBackend();
  let cluster: SlurmCluster;
  beforeAll(async () => void (cluster = await SlurmCluster.start()), 60_000);
  afterAll(() => cluster.stop());

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

  const call = async (...args: string[]): Promise<Ended> => deme(args, {env: cluster.environment});

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
    await until(`${run} is ${state}`, async () => (await isSo()) && (await isGathered())).catch(async (error: unknown) => {
      const now = await stateOf(run);
      const queue = await cluster.call('squeue', '-t', 'all', '-r', '-o', '%i %j %T %r');
      const logs = (await readdir(runPaths.jobs(run))).filter((name) => name.endsWith('.log'));
      const said = await Promise.all(logs.map(async (name) => `${name}: ${await readFile(join(runPaths.jobs(run), name), 'utf8')}`));
      throw new Error([String(error), JSON.stringify(now), queue, ...said].join('\n'));
    });
  }

  /** The job of a stage, as `12` or `12_3`. */
  async function jobOf(run: string, stage: string): Promise<string> {
    const lines = (await readFile(runPaths.jobLog(run), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const intent = lines.filter(({type, tasks}) => type === 'intent' && stage in (tasks as object)).at(-1);
    const id = lines.find(({type, name}) => type === 'submitted' && name === intent?.name)?.id;
    const task = (intent?.tasks as Record<string, number | null>)[stage];
    return task === null ? String(id) : `${String(id)}_${task}`;
  }

  const updatesOf = async (run: string, stage: string): Promise<number[]> =>
    (await new NewEvents(run).read()).flatMap((event) => (event.type === 'step' && event.stage === stage ? [event.update] : []));

  /** Waits until a stage has made some more updates. */
  async function working(run: string, stage: string): Promise<void> {
    const before = Math.max(0, ...(await updatesOf(run, stage)));
    await until(`${stage} works`, async () => Math.max(0, ...(await updatesOf(run, stage))) > before + 15);
  }

  it('is preempted and loses its controller, and makes what a local run makes, byte for byte', async () => {
    const lives = isLong ? 10 : 2;
    const {config, run} = await experiment(lives * 300);
    const local = await experiment(lives * 300, {launch: undefined});
    expect(await succeed('run', config)).toContain('Submitted');
    for (let life = 0; life < lives; life++) {
      await working(run, 'expert-1');
      if (life === 0) await cluster.call('sbatch', '--parsable', '-p', 'urgent', '-N2', '--exclusive', '-o', '/dev/null', '--wrap', 'sleep 1');
      else await cluster.call('scancel', '--batch', '--signal=USR2', await jobOf(run, 'expert-1'));
      await until('expert-1 has left its node', async () => (await lockHolder(runPaths.singleLock(run, 'expert-1'))) === null);
    }
    await cluster.endController();
    expect((await call('runs', '--output', join(run, '..'))).stderr).toContain('The controller of the cluster is away');
    await cluster.startController();
    await ended(run);
    const states = (await new NewEvents(run).read()).filter(({type, stage}) => type === 'stopped' && stage === 'expert-1');
    expect(states).toHaveLength(lives);
    expect(await fileExists(runPaths.reportText(run))).toBe(true);

    await succeed('run', local.config);
    for (const model of ['expert-0', 'expert-1', 'merged']) {
      expect(await weights(run, model), model).toBe(await weights(local.run, model));
    }
    const [one, other] = await Promise.all(
      [run, local.run].map((each) => readFile(runPaths.losses(each, 'merged'), 'utf8')),
    );
    expect(one).toBe(other);
  });

  it('goes on elsewhere when its node is given up, and the process there ends before it spoils anything', async () => {
    const alone = {decouple: {...training, ranges: 1, updates: 600, checkpointEvery: 40}, merge: undefined, evaluate: undefined};
    const {config, run} = await experiment(600, alone);
    const local = await experiment(600, {...alone, launch: undefined});
    await succeed('run', config);
    await working(run, 'expert-0');
    const before = await lockHolder(runPaths.singleLock(run, 'expert-0'));
    const node = (await cluster.call('squeue', '-h', '-j', await jobOf(run, 'expert-0'), '-o', '%N')) as 'n1' | 'n2';
    cluster.killNode(node);
    await cluster.call('scontrol', 'update', `NodeName=${node}`, 'State=DOWN', 'Reason=test');
    await until('the next life has begun', async () => {
      const holder = await lockHolder(runPaths.singleLock(run, 'expert-0'));
      return holder?.job?.life === 1;
    });
    expect(isThere(before?.pid)).toBe(true);
    await until('the earlier life has ended by itself', async () => Promise.resolve(!isThere(before?.pid)), 30);
    await ended(run);
    await cluster.startNode(node);
    await cluster.call('scontrol', 'update', `NodeName=${node}`, 'State=RESUME').catch(() => undefined);
    await succeed('run', local.config);
    expect(await weights(run, 'expert-0')).toBe(await weights(local.run, 'expert-0'));
  });

  it('stops at its checkpoints and is cancelled, and goes on in new jobs', async () => {
    const {config, run} = await experiment(300, {evaluate: undefined});
    await succeed('run', config);
    await working(run, 'expert-0');
    expect((await call('resume', run)).stderr).toContain('is running already');
    await succeed('stop', run);
    await ended(run, 'stopped');
    await until('no job is left', async () => (await cluster.call('squeue', '-h', '-t', 'PENDING,RUNNING')) === '');
    expect(await succeed('resume', run)).toContain('Submitted');
    await working(run, 'expert-0');
    // By hand, without this program.
    await cluster.call('scancel', `--user=${process.getuid?.() ?? 0}`);
    await until('it is stopped', async () => (await stateOf(run))?.state === 'stopped');
    await succeed('resume', run);
    await ended(run);
    const updates = await updatesOf(run, 'expert-0');
    expect(Math.max(...updates)).toBe(300);
  });

  it('says at once which stage has failed, and cancels what needs it', async () => {
    const {config, run, folder} = await experiment(40, {evaluate: undefined, launch: {kind: 'slurm', setup: ['[ "$SLURM_ARRAY_TASK_ID" = 1 ] && exit 3']}});
    await succeed('run', config);
    await until('it has failed', async () => (await stateOf(run))?.state === 'failed');
    const listed = await succeed('runs', '--output', join(folder, '.deme', 'runs'));
    expect(listed).toContain('expert-1 ended as FAILED');
    expect(await fileExists(runPaths.stage(run, 'expert-0'))).toBe(true);
  });

  it('finds out what a node is like', async () => {
    const {config} = await experiment(3);
    const said = await succeed('launch', 'check', config);
    expect(said).toMatch(/ok +folder/);
    expect(said).toMatch(/ok +program/);
    expect(said).toMatch(/ok +engine +.*wasm/);
    const {code, stderr} = await call('launch', 'check', (await experiment(3, {launch: {options: {partition: 'nowhere'}}})).config);
    expect(code).toBe(2);
    expect(stderr).toMatch(/invalid partition[^]*sinfo/);
  });

  it('submits a matrix of a hundred runs within seconds, with one command for each kind of stage', async () => {
    const values = (count: number) => Array.from({length: count}, (_, i) => i);
    const columns = {
      seed: {setting: 'merge.search.seed', values: values(25)},
      weight: {setting: 'decouple.consistency', values: [0, 1, 2, 3]},
    };
    const {config, folder} = await experiment(3, {matrix: {columns}, launch: {kind: 'slurm', options: {hold: true}, parallel: 8}});
    const begun = performance.now();
    const said = await succeed('matrix', config);
    const seconds = (performance.now() - begun) / 1000;
    expect(said).toMatch(/of 100 runs/);
    // Four consistencies of two experts each; one base, whose evaluation all share.
    expect(said).toMatch(/train, 8 tasks/);
    expect(said.match(/^ {2}\d+ /gm)).toHaveLength(5);
    console.log(`a matrix of 100 runs was submitted in ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(isLong ? 10 : 30);
    expect(await succeed('matrix', config)).toContain('0 of 100 runs are done, 100 are in the queue');
    await cluster.call('scancel', `--user=${process.getuid?.() ?? 0}`);
    expect(await readdir(join(folder, 'tiny-matrix', 'jobs'))).toContain('train.sh');
  });

  it.runIf(isLong)('makes the table of a matrix whose runs share what they can', async () => {
    const columns = {seed: {setting: 'merge.search.seed', values: [0, 1]}, updates: {setting: 'decouple.updates', values: [3, 4]}};
    const {config, folder} = await experiment(3, {matrix: {columns}});
    expect(await succeed('matrix', config)).toMatch(/train, 4 tasks/);
    await until('all are done', async () => (await succeed('matrix', config, '--json')).includes('"rows"'), 400);
    const local = await experiment(3, {matrix: {columns}, launch: undefined});
    await succeed('matrix', local.config);
    const table = async (where: string) => readFile(join(where, 'tiny-matrix', 'matrix.md'), 'utf8');
    const scores = (text: string) => text.split('\n').filter((line) => line.startsWith('|'));
    expect(scores(await table(folder))).toEqual(scores(await table(local.folder)));
  });

  it('shares a node among packed trainings, and the images of a model among jobs', async () => {
    const evaluate = {heldOut: {images: 4, timesteps: 1}, sampling: {steps: 2, batch: 4}, grid: 4, shards: 2, features: 'digits', samples: 8};
    const launch = {kind: 'slurm', pack: 2, options: {gres: 'gpu:2'}};
    const data = {kind: 'images', path: 'images', resolution: 28, channels: 1, validation: 8, test: 8};
    const {config, run, folder} = await experiment(30, {launch, evaluate, data, base: 'digits'});
    await writeRandomBase(join(folder, 'digits'), {...tinyUnetConfig, sample_size: 28});
    const said = await succeed('run', config);
    expect(said).toMatch(/sample-merged, 2 tasks/);
    await ended(run);
    expect(await jobOf(run, 'expert-0')).toBe(await jobOf(run, 'expert-1'));
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(!hasSlurm || !isRoot || !isLong)('a run of a user without rights of its own', {timeout: 300_000}, () => {
  useCpuBackend();
  const nobody = 65_534;

  it('goes its way on a cluster that is all of that user', async () => {
    const cluster = await SlurmCluster.start({user: nobody});
    try {
      const folder = await temporaryFolder();
      const config = await writeTinyExperiment(folder, {launch: {kind: 'slurm'}});
      await chmod(folder, 0o755);
      for (const name of ['', ...(await readdir(folder, {recursive: true}))]) await chown(join(folder, name), nobody, nobody);
      const env = {...process.env, ...cluster.environment, HOME: folder};
      const {execFile} = await import('node:child_process');
      const {promisify} = await import('node:util');
      const {builtFile} = await import('../helpers/deme.ts');
      const {stdout} = await promisify(execFile)(process.execPath, [builtFile('cli.js'), 'run', config], {env, uid: nobody, gid: nobody, cwd: folder});
      expect(stdout).toContain('Submitted');
      const run = join(folder, '.deme', 'runs', 'tiny-1');
      await until('it is done', async () => (await currentState(run))?.state === 'done');
    } finally {
      await cluster.stop();
    }
  });
});
