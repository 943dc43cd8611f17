import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {fileExists} from '../../../trainer/store/files/fileExists.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {NewEvents} from '../../../trainer/store/run/launched/newEvents.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {currentState} from '../../../trainer/store/run/runState.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';
import {hasSlurm, SlurmCluster} from '../../slurm/slurmCluster.ts';
import {busyCores} from '../measure/busyCores.ts';
import {markdownTable} from '../markdownTable.ts';
import {processorName} from '../measure/processorName.ts';

/**
 * `npm run bench -- slurm [--experts 1 --experts 2 ...] [--updates 1000]`: trains more and more experts as jobs on the two nodes of a Slurm that
 * runs on this machine, one core each, and compares the time with the ideal: as many rounds as two nodes need, each as long as one training of the
 * same length by `deme run` here.
 */
const {values} = parseArgs({
  args: process.argv.slice(2),
  options: {
    experts: {type: 'string', multiple: true, default: ['1', '2', '4', '8']},
    updates: {type: 'string', default: '1000'},
  },
});

const nodes = 2;

/** Seconds of one run. */
interface Row {
  readonly experts: number;
  /** From the command to the end of the last job. */
  readonly time: number;
  readonly ideal: number;
  /** Mean of what a job does before its first logged update: looking at the run, the engine, the data. */
  readonly starting: number;
  /** Mean of the trainings. */
  readonly training: number;
}

async function bench(): Promise<void> {
  const busy = await busyCores();
  if (busy > 0.2) say(`Other programs keep ${busy.toFixed(1)} cores busy: the seconds below say little.`);
  const parent = join(packageRoot(), 'dist', 'bench');
  await mkdir(parent, {recursive: true});
  const folder = await mkdtemp(join(parent, 'slurm-'));
  let cluster: SlurmCluster | undefined;
  const end = async () => {
    await cluster?.stop();
    await rm(folder, {recursive: true, force: true});
  };
  process.once('SIGINT', () => void end().finally(() => process.exit(130)));
  try {
    const alone = await runLocally(join(folder, 'alone'));
    say(`One training here: ${alone.toFixed(1)} s`);
    cluster = await SlurmCluster.start();
    const rows: Row[] = [];
    for (const experts of values.experts.map(Number)) {
      rows.push(await runOnCluster(join(folder, String(experts)), experts, {alone, env: cluster.environment}));
      say(`${experts} experts: ${rows.at(-1)?.time.toFixed(1)} s`);
    }
    const head = ['experts', 'time', 'ideal', 'of the ideal', 'a job until its first update', 'a training'];
    say(`\n${await processorName()}; two nodes of Slurm on it, ${values.updates} updates an expert\n`);
    say(`${markdownTable(head, rows.map(cellsOf))}\n`);
    await writeJsonAtomic(join(packageRoot(), 'dist', 'bench-slurm.json'), {busyCores: busy, alone, rows});
  } finally {
    await end();
  }
}

async function experiment(folder: string, experts: number): Promise<{config: string; run: string}> {
  const config = await writeTinyExperiment(folder, {
    decouple: {
      ...{ranges: experts, updates: Number(values.updates), batch: 4, consistency: 0},
      ...{logEvery: 10, bucketEvery: 1000, checkpointEvery: 1_000_000},
    },
    merge: undefined,
    evaluate: undefined,
    engine: {name: 'wasm', threads: 1},
    launch: {kind: 'slurm', options: {partition: 'batch'}},
  });
  return {config, run: join(folder, '.deme', 'runs', 'tiny-1')};
}

/** Seconds of the stage of one expert in a process of this machine. */
async function runLocally(folder: string): Promise<number> {
  const {config, run} = await experiment(folder, 1);
  await call(['run', config, '--launcher', 'local'], {});
  const {started, done} = await timesOf(run, 'expert-0');
  return (done - started) / 1000;
}

async function runOnCluster(
  folder: string,
  experts: number,
  {alone, env}: {alone: number; env: Record<string, string>},
): Promise<Row> {
  const {config, run} = await experiment(folder, experts);
  const begun = performance.now();
  await call(['run', config], env);
  for (let state = await currentState(run); state?.state !== 'done'; state = await currentState(run)) {
    if (state?.state === 'failed' || state?.state === 'stopped') throw new Error(`${run}: ${JSON.stringify(state)}`);
    await wait(200);
  }
  const time = (performance.now() - begun) / 1000;
  // The last job still brings the events of all together.
  while (!(await fileExists(runPaths.state(run)))) await wait(200);
  const names = Array.from({length: experts}, (_, i) => `expert-${i}`);
  const jobs = await Promise.all(names.map((name) => timesOf(run, name)));
  const mean = (each: (job: Times) => number) => jobs.reduce((sum, job) => sum + each(job), 0) / jobs.length / 1000;
  return {
    experts,
    time,
    ideal: Math.ceil(experts / nodes) * alone,
    starting: mean(({started, first}) => first - started),
    training: mean(({first, done}) => done - first),
  };
}

/** Of a stage, in milliseconds since the epoch. */
interface Times {
  readonly started: number;
  /** Of its first logged update. */
  readonly first: number;
  readonly done: number;
}

async function timesOf(run: string, name: string): Promise<Times> {
  const events = (await new NewEvents(run).read()).filter(({stage}) => stage === name);
  const time = (what: string, isIt: (event: (typeof events)[number]) => boolean): number =>
    events.find(isIt)?.time ?? fail(`${name} has no ${what}`);
  return {
    started: time('start', (event) => event.type === 'stage' && event.state === 'started'),
    first: time('update', (event) => event.type === 'step'),
    done: time('end', (event) => event.type === 'stage' && event.state === 'done'),
  };
}

async function call(args: readonly string[], env: Record<string, string>): Promise<void> {
  const {code, stdout, stderr} = await deme(args, {env});
  if (code !== 0) fail(`deme ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
}

function cellsOf({experts, time, ideal, starting, training}: Row): string[] {
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [
    String(experts),
    ...[time, ideal].map(seconds),
    `${Math.round((100 * ideal) / time)} %`,
    ...[starting, training].map(seconds),
  ];
}

function fail(message: string): never {
  throw new Error(message);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (!hasSlurm) {
  say('Slurm is not installed here: apt-get install slurm-wlm munge');
  process.exitCode = 2;
} else {
  await tf.setBackend('cpu');
  await bench();
}
