import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {cp, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {trainingCurves} from '../../trainer/pipeline/report/trainingCurves.ts';
import type {Random} from '../../trainer/random.ts';
import {readEvents} from '../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {hashFile} from '../../trainer/store/hashes/sha256.ts';
import {killNine, leftovers, remainsOf, workersOf} from './victims.ts';

/** What is tortured. */
export interface Torture {
  /** The built command line. */
  readonly cli: string;
  /** A folder with `tiny.deme.yaml`; is not written to. */
  readonly experiment: string;
  /** An empty folder for the runs. */
  readonly folder: string;
  readonly kills: number;
  /** Updates of each expert, for the check that none is missing. */
  readonly updates: number;
  readonly random: Random;
  say(message: string): void;
}

/** What came of it. */
export interface TortureResult {
  kills: number;
  /** Kills by what was killed and when, as in `owner inside a checkpoint`. */
  readonly kinds: Map<string, number>;
  runs: number;
  /** A sentence for everything that is not as it should be. */
  readonly faults: string[];
}

const config = 'tiny.deme.yaml';
/** Where the first run of a folder lies. */
const runPath = (folder: string) => join(folder, '.deme', 'runs', 'tiny-1');

/**
 * Kills trainers of runs at random moments, goes on with each run after every kill, and compares what comes out with a run that nobody
 * disturbed. A run that ends before all kills are done is followed by another one.
 */
export async function torture(request: Torture): Promise<TortureResult> {
  const result: TortureResult = {kills: 0, kinds: new Map(), runs: 0, faults: []};
  const wanted = await undisturbed(request);
  while (result.kills < request.kills) {
    result.runs++;
    const folder = join(request.folder, `round-${result.runs}`);
    await cp(request.experiment, folder, {recursive: true});
    await round(request, folder, result);
    await check(request, folder, wanted, result.faults);
  }
  return result;
}

async function undisturbed({experiment, folder, cli, say}: Torture): Promise<string> {
  const own = join(folder, 'undisturbed');
  await cp(experiment, own, {recursive: true});
  const {code, text} = await ended(start(cli, own, ['run', config]));
  if (code !== 0) throw new Error(`the undisturbed run ended with ${code}: ${text()}`);
  say('one run without disturbance is done');
  return mergedHash(own);
}

/** One run from its start to its end, with as many kills on the way as it lasts. */
async function round(request: Torture, folder: string, result: TortureResult): Promise<void> {
  const run = runPath(folder);
  for (let args = ['run', config]; ; args = ['resume', run]) {
    const deme = start(request.cli, folder, args);
    const end = ended(deme);
    const isOver = {value: false};
    void end.then(() => (isOver.value = true));
    if (result.kills < request.kills) await killSomething(request, run, isOver, result);
    const {code, text} = await end;
    if (code === 0) return;
    // Killed before it had a run: it is to be started again.
    if (code === 2) throw new Error(`deme ${args.join(' ')} refused: ${text()}`);
  }
}

const whos = ['stage', 'owner', 'both'] as const;

/** Waits for a random moment, perhaps for one inside the writing of a checkpoint, and kills a stage, the owner, or all. */
async function killSomething(
  {random, say}: Torture,
  run: string,
  isOver: {readonly value: boolean},
  result: TortureResult,
): Promise<void> {
  const who = whos[random.int(0, whos.length)] ?? 'both';
  const isInside = random.float() < 0.5;
  const delay = 1500 * random.float();
  while (!isOver.value && (await workersOf(run)).stages.length === 0) await wait(10);
  await wait(delay);
  if (isInside) while (!isOver.value && !(await isSaving(run))) await wait(1);
  const {owner, stages} = await workersOf(run);
  const stage = stages[random.int(0, Math.max(1, stages.length))];
  const victims = who === 'both' ? [owner, ...stages] : [who === 'owner' ? owner : stage];
  const pids = victims.filter((pid) => typeof pid === 'number');
  if (isOver.value || pids.length === 0) return;
  pids.forEach(killNine);
  result.kills++;
  const kind = `${who}${isInside ? ' inside a checkpoint' : ''}`;
  result.kinds.set(kind, (result.kinds.get(kind) ?? 0) + 1);
  say(`kill ${result.kills}: ${kind} after ${delay.toFixed(0)} ms`);
}

/** Whether a checkpoint is half written right now. */
async function isSaving(run: string): Promise<boolean> {
  const folder = join(run, 'checkpoints');
  const stages = await readdir(folder).catch(() => []);
  const names = await Promise.all(stages.map((stage) => readdir(join(folder, stage)).catch(() => [])));
  return names.flat().some((name) => name.endsWith('.tmp'));
}

async function check({updates, folder: all}: Torture, folder: string, wanted: string, faults: string[]): Promise<void> {
  const run = runPath(folder);
  const name = folder.slice(all.length + 1);
  if ((await mergedHash(folder)) !== wanted) faults.push(`${name}: the merged weights differ`);
  const left = await leftovers(run);
  if (left.length > 0) faults.push(`${name}: left over: ${left.join(', ')}`);
  const remains = await remainsOf(folder);
  if (remains.length > 0) faults.push(`${name}: still running: ${remains.join('; ')}`);
  const curves = trainingCurves(await readEvents(runPaths.events(run)));
  if (curves.size === 0) faults.push(`${name}: no training has told anything`);
  for (const [stage, {steps}] of curves) {
    const isComplete = steps.length === updates && steps.every(({update}, i) => update === i + 1);
    if (!isComplete) faults.push(`${name}: ${stage} tells ${steps.length} of ${updates} updates`);
  }
}

function mergedHash(folder: string): Promise<string> {
  return hashFile(join(runPath(folder), 'models', 'merged', 'unet', 'diffusion_pytorch_model.safetensors'));
}

function start(cli: string, cwd: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...args], {cwd, stdio: ['ignore', 'pipe', 'pipe']});
}

async function ended(child: ChildProcess): Promise<{code: number | null; text: () => string}> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return {code, text: () => text.slice(-2000)};
}
