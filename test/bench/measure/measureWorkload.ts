import {join} from 'node:path';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {schedulerSettings} from '../../../trainer/contract/model/schedulerSettings.ts';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import type {ModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {writeBenchData} from '../benchData.ts';
import {inF32, type Variant, type Workload} from '../cases.ts';
import type {Contestant} from '../contestants.ts';
import type {BenchResult, BenchTask} from '../contract.ts';
import {median} from '../median.ts';
import {runWorkers} from '../workerProcess.ts';

/** What one contestant needed for a workload, over all rounds. */
export interface Measurement {
  readonly contestant: string;
  readonly engine: Contestant['engine'];
  /** Name of the number formats. */
  readonly variant: string;
  /** Name and version of the library. */
  readonly library: string;
  /** Median over the rounds, for one update or sampling; with several processes, divided by their number. */
  readonly seconds: number;
  /** The same of the processor time, summed over all threads and processes. */
  readonly processor: number;
  /** Largest of the rounds, in bytes; of several processes, the sum. */
  readonly peak: number;
  /** Of the first process of the first round, see `BenchResult`. */
  readonly losses: BenchResult['losses'];
  readonly check: number;
  /** Seconds by round, process and chunk. */
  readonly samples: readonly (readonly (readonly number[])[])[];
}

/** A contestant in one of the variants. */
interface Entrant {
  readonly contestant: Contestant;
  readonly variant: Variant;
  /** Task files of the first round and of later ones. */
  readonly first: string;
  readonly later: string;
}

/** A contestant that gave up, and what it said. */
export interface Failure {
  readonly contestant: string;
  readonly engine: Contestant['engine'];
  readonly error: string;
}

export function isMeasurement(outcome: Measurement | Failure): outcome is Measurement {
  return 'seconds' in outcome;
}

/** Losses that are compared. Later rounds, which compare none, warm up for less time. */
const comparedUpdates = 5;
const shortWarmup = 2;

/** Lets all contestants do the workload in turn, each in new processes, `rounds` times. `folder` is for the files that they read. */
export async function measureWorkload(
  workload: Workload,
  contestants: readonly Contestant[],
  model: ModelFolder,
  folder: string,
  rounds: number,
): Promise<(Measurement | Failure)[]> {
  const entrants: Entrant[] = [];
  for (const variant of workload.variants ?? [inF32]) {
    const tasks = await writeTasks(workload, variant, model, folder);
    entrants.push(...contestants.map((contestant) => ({contestant, variant, ...tasks})));
  }
  const results = new Map<Entrant, BenchResult[][]>(entrants.map((entrant) => [entrant, []]));
  const failures = new Map<Entrant, string>();
  for (let round = 0; round < rounds; round++) {
    for (const [entrant, runs] of results) {
      if (failures.has(entrant)) continue;
      const command = entrant.contestant.command(round === 0 ? entrant.first : entrant.later);
      try {
        runs.push(await runWorkers(Array.from({length: workload.processes}, () => command)));
      } catch (error) {
        failures.set(entrant, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return [...results].map(([entrant, runs]) => {
    const error = failures.get(entrant);
    const {name: contestant, engine} = entrant.contestant;
    return error === undefined
      ? summarise(entrant, runs)
      : {contestant: `${contestant}, ${entrant.variant.name}`, engine, error};
  });
}

async function writeTasks(
  workload: Workload,
  {name: variant, precision, teacherPrecision}: Variant,
  model: ModelFolder,
  folder: string,
): Promise<{first: string; later: string}> {
  const {kind, steps, threads, chunks, chunk, batch, size, gradientCheckpointing = false} = workload;
  const scheduler = model.schedulerConfig ?? SchedulerConfig.parse({});
  const data = join(folder, 'data.safetensors');
  const {unetConfig: unet} = model;
  const contextWidth = unet._class_name === 'UNet2DConditionModel' ? unet.cross_attention_dim : null;
  const shape = {batch, size, channels: unet.in_channels, contextWidth};
  await writeBenchData(data, shape, createSchedule(scheduler), steps);
  const [weights = ''] = model.weightsFiles;
  const task = {
    kind,
    model: model.path,
    weights,
    data,
    unet,
    // With all its defaults, of which PyTorch's side knows nothing.
    scheduler: SchedulerConfig.parse({...scheduler, ...schedulerSettings(scheduler, model.path, 'DDIMScheduler')}),
    steps,
    threads,
    chunks,
    chunk,
    precision,
  };
  const training = {
    ...TrainingConfig.parse({batch, gradientCheckpointing, precision}),
    consistency: 1,
    teacherPrecision,
  };
  const write = async (name: string, warmup: number) => {
    const path = join(folder, `${name} ${variant}.json`);
    await writeJsonAtomic(path, {...task, training, warmup} satisfies BenchTask);
    return path;
  };
  const first = kind === 'update' ? comparedUpdates : 1;
  return {first: await write('first', first), later: await write('later', Math.min(first, shortWarmup))};
}

function summarise({contestant: {name, engine}, variant}: Entrant, rounds: readonly BenchResult[][]): Measurement {
  const first = rounds[0]?.[0];
  if (first === undefined) throw new Error(`${name} was not measured`);
  return {
    contestant: name,
    engine,
    variant: variant.name,
    library: first.engine,
    seconds: median(rounds.map(secondsOfRound)),
    processor: median(rounds.map((results) => median(results.flatMap(({processor}) => processor)))),
    peak: Math.max(...rounds.map((results) => results.reduce((sum, {peak}) => sum + peak, 0))),
    losses: first.losses,
    check: first.check,
    samples: rounds.map((results) => results.map(({seconds}) => seconds)),
  };
}

/** Processes that work at the same time do the sum of their rates. */
function secondsOfRound(results: readonly BenchResult[]): number {
  return 1 / results.reduce((rate, {seconds}) => rate + 1 / median(seconds), 0);
}
