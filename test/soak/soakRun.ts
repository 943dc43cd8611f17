import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {openSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {RunEvent} from '../../trainer/contract/run/events.ts';
import {readEvents, readEventsFrom} from '../../trainer/store/run/eventLog.ts';
import {requestControl} from '../../trainer/store/run/runState.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {leftovers, remainsOf, workersOf} from '../torture/victims.ts';
import type {SoakSample} from './memoryGrowth.ts';
import {residentMemory} from './residentMemory.ts';
import {TrainingClock} from './trainingClock.ts';

/** A training that is watched for a long time. */
export interface Soak {
  /** The built command line. */
  readonly cli: string;
  /** A config with a pretraining of many more updates than there is time for; its folder receives the run. */
  readonly config: string;
  /** The folder that the run will have. */
  readonly run: string;
  /** Minutes of training; those in which it was held do not count. */
  readonly minutes: number;
  /** Milliseconds between two looks. */
  readonly interval: number;
  onSample(sample: SoakSample): void;
}

export interface SoakResult {
  readonly samples: SoakSample[];
  readonly updates: number;
  /** A sentence for everything that is not as it should be, the memory aside. */
  readonly faults: string[];
}

/** Trains for some minutes, has the run stopped at a checkpoint, and checks that it told every update and left nothing over. */
export async function soak(request: Soak): Promise<SoakResult> {
  const {cli, config, run} = request;
  const log = openSync(join(dirname(config), 'deme.log'), 'w');
  const deme = spawn(process.execPath, [cli, 'pretrain', config], {stdio: ['ignore', log, log]});
  const end = once(deme, 'close') as Promise<[number | null]>;
  const samples = await watch(request, deme);
  await requestControl(run, 'stop').catch(() => undefined); // It never came to a run folder.
  const [code] = await end;
  const faults = code === 130 ? [] : [`deme ended with ${code} instead of being stopped`];
  return {samples, ...(await check(run, faults))};
}

async function watch({run, minutes, interval, onSample}: Soak, deme: ChildProcess): Promise<SoakSample[]> {
  const clock = new TrainingClock(2 * interval);
  const samples: SoakSample[] = [];
  let [offset, updates] = [0, 0];
  while (clock.minutes < minutes && deme.exitCode === null) {
    await wait(interval);
    const news = await readEventsFrom(runPaths.events(run), offset);
    offset = news.offset;
    updates = news.events.filter(isStep).at(-1)?.update ?? updates;
    const memory = await memoryOf(run);
    if (!clock.look(performance.now(), updates) || memory === null) continue;
    samples.push({minute: clock.minutes, updates, ...memory});
    onSample({minute: clock.minutes, updates, ...memory});
  }
  return samples;
}

async function memoryOf(run: string): Promise<Pick<SoakSample, 'trainer' | 'owner'> | null> {
  const {owner, stages} = await workersOf(run);
  const [stage] = stages;
  if (stage === undefined || owner === null) return null;
  const [trainer, owning] = await Promise.all([residentMemory(stage), residentMemory(owner)]);
  return trainer !== null && owning !== null ? {trainer, owner: owning} : null;
}

async function check(run: string, faults: string[]): Promise<Pick<SoakResult, 'updates' | 'faults'>> {
  const events = await readEvents(runPaths.events(run));
  const updates = events.findLast((event) => event.type === 'checkpoint')?.update ?? 0;
  const steps = events.filter(isStep);
  const isComplete = steps.length === updates && steps.every(({update}, i) => update === i + 1);
  if (updates === 0 || !isComplete) faults.push(`${steps.length} step events tell of ${updates} updates`);
  const left = await leftovers(run);
  if (left.length > 0) faults.push(`left over: ${left.join(', ')}`);
  const remains = await remainsOf(dirname(dirname(run)));
  if (remains.length > 0) faults.push(`still running: ${remains.join('; ')}`);
  return {updates, faults};
}

function isStep(event: RunEvent): event is Extract<RunEvent, {type: 'step'}> {
  return event.type === 'step';
}
