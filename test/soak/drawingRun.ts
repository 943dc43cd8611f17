import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {openSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {readEventsFrom} from '../../trainer/store/run/eventLog.ts';
import {hashFile} from '../../trainer/store/hashes/sha256.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {median} from '../bench/median.ts';
import {killNine, workersOf} from '../torture/victims.ts';
import {residentMemory} from './residentMemory.ts';

/** An evaluation of a base that draws many images. */
export interface Drawing {
  /** The built command line. */
  readonly cli: string;
  readonly config: string;
  /** The folder that the run will have. */
  readonly run: string;
  /** The cache with the feature network. */
  readonly cache: string;
  /** Numbers of images after which its processes are killed, in rising order. */
  readonly kills: readonly number[];
  /** Milliseconds between two looks. */
  readonly interval: number;
}

export interface DrawingResult {
  /** SHA-256 of the features and of their statistics. */
  readonly hashes: readonly string[];
  readonly kills: number;
  readonly seconds: number;
  /** How much the resident memory of the process that drew longest has grown after its first 1,000 images; null for a short one. */
  readonly growth: number | null;
}

interface Sample {
  readonly pid: number;
  readonly images: number;
  readonly bytes: number;
}

/** Evaluates, kills at the given moments and resumes, until all images are measured. */
export async function watchDrawing(drawing: Drawing): Promise<DrawingResult> {
  const {cli, config, run, kills} = drawing;
  const begun = performance.now();
  const samples: Sample[] = [];
  let killed = 0;
  for (;;) {
    const args = killed === 0 ? ['evaluate', config] : ['resume', run];
    const wasKilled = await watchProcess(drawing, [cli, ...args], kills[killed] ?? Infinity, samples);
    if (!wasKilled) break;
    killed++;
  }
  const files = [runPaths.features(run, 'base'), runPaths.statistics(run, 'base')];
  const hashes = await Promise.all(files.map(hashFile));
  return {hashes, kills: killed, seconds: (performance.now() - begun) / 1000, growth: growthIn(samples)};
}

async function watchProcess(
  {config, run, cache, interval}: Drawing,
  args: readonly string[],
  killAt: number,
  samples: Sample[],
): Promise<boolean> {
  const log = openSync(join(dirname(config), 'deme.log'), 'a');
  const deme = spawn(process.execPath, args, {stdio: ['ignore', log, log], env: {...process.env, DEME_CACHE: cache}});
  const end = once(deme, 'close') as Promise<[number | null]>;
  let offset = 0;
  const done = new Map<string, number>();
  while (deme.exitCode === null) {
    await Promise.race([wait(interval), end]);
    const news = await readEventsFrom(runPaths.events(run), offset).catch(() => ({events: [], offset}));
    offset = news.offset;
    for (const event of news.events)
      if (event.type === 'progress' && event.what === 'samples') done.set(event.stage, event.done);
    const images = [...done.values()].reduce((sum, each) => sum + each, 0);
    const {owner, stages} = await workersOf(run);
    for (const pid of stages) samples.push({pid, images, bytes: (await residentMemory(pid)) ?? 0});
    if (images < killAt) continue;
    [...stages, ...(owner === null ? [] : [owner])].forEach(killNine);
    deme.kill('SIGKILL');
    await end;
    return true;
  }
  const [code] = await end;
  if (code !== 0) throw new Error(`deme ended with ${code}; see ${join(dirname(config), 'deme.log')}`);
  return false;
}

/** Medians of the first and the last quarter after the first 1,000 images of a process. */
function growthIn(samples: readonly Sample[]): number | null {
  const pids = [...new Set(samples.map(({pid}) => pid))];
  const processes = pids.map((pid) => samples.filter((sample) => sample.pid === pid));
  const [longest = []] = processes.sort((a, b) => b.length - a.length);
  const [first = 0, last = 0] = [longest[0]?.images, longest.at(-1)?.images];
  // What comes after the last image, as the report does in the same process, is no drawing.
  const warm = longest.filter(({images, bytes}) => images >= first + 1000 && images < last && bytes > 0);
  const quarter = Math.floor(warm.length / 4);
  if (quarter < 2) return null;
  const middle = (part: readonly Sample[]) => median(part.map(({bytes}) => bytes));
  return middle(warm.slice(-quarter)) / middle(warm.slice(0, quarter)) - 1;
}
