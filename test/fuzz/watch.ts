import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, realpath, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {type Failure, megabytesLimit, progressFile, secondsLimit, WorkerLine, type WorkerTask} from './protocol.ts';

/** How a target did. */
export interface TargetResult {
  readonly target: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** Processor seconds of the slowest input. */
  readonly slowest: number;
  /** Megabytes at the peak of the largest worker. */
  readonly memory: number;
  readonly failures: readonly Failure[];
}

export interface Watch {
  /** The bundled worker. */
  readonly program: string;
  /** Folders that a worker may read besides its own. */
  readonly readable: readonly string[];
  readonly seed: number;
  readonly count: number;
  /** First input; 0 where left out. */
  readonly from?: number;
}

/** A worker holds garbage of many inputs; a new one starts after so many. */
const inputsPerWorker = 5000;
/** A target that fails at every input need not show it a thousand times. */
const maxFailures = 20;
const pollMilliseconds = 200;
/** For an input that waits instead of computing: a minute of looks, since a clock also runs while the machine or we are suspended. */
const patience = 300;

/** Feeds `count` inputs to a target in child processes that are ended, and replaced, when an input hangs or swells. */
export async function watchTarget(target: string, watch: Watch): Promise<TargetResult> {
  const first = watch.from ?? 0;
  const end = first + watch.count;
  const parts: Part[] = [];
  const failures: Failure[] = [];
  for (let from = first; from < end && failures.length < maxFailures;) {
    const part = await runPart(watch, {target, seed: watch.seed, from, to: Math.min(end, from + inputsPerWorker)});
    parts.push(part);
    failures.push(...part.failures);
    from = part.next;
  }
  const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    target,
    inputs: (parts.at(-1)?.next ?? first) - first,
    accepted: sum(({accepted}) => accepted),
    refused: sum(({refused}) => refused),
    slowest: Math.max(0, ...parts.map(({slowest}) => slowest)),
    memory: Math.max(0, ...parts.map(({memory}) => memory)),
    failures,
  };
}

interface Part {
  readonly accepted: number;
  readonly refused: number;
  readonly slowest: number;
  readonly memory: number;
  readonly failures: readonly Failure[];
  /** Input to go on with. */
  readonly next: number;
}

async function runPart(watch: Watch, task: Omit<WorkerTask, 'folder'>): Promise<Part> {
  const around = await realpath(await mkdtemp(join(tmpdir(), 'deme-fuzz-')));
  const folder = join(around, 'inside');
  try {
    await mkdir(folder);
    const part = await runChild(watch, {...task, folder});
    const mismatched = (await readdir(around)).filter((name) => name !== 'inside');
    const outside = mismatched.map((name): Failure => ({index: task.from, kind: 'outside', message: name}));
    return {...part, failures: [...part.failures, ...outside]};
  } finally {
    await rm(around, {recursive: true, force: true});
  }
}

function runChild(watch: Watch, task: WorkerTask): Promise<Part> {
  const child = spawn(process.execPath, [...nodeOptions(watch, task.folder), watch.program, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {...process.env, NODE_OPTIONS: '', TMPDIR: task.folder},
  });
  const failures: Failure[] = [];
  let done: Extract<WorkerLine, {type: 'done'}> | undefined;
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  createInterface(child.stdout).on('line', (text) => {
    const line = WorkerLine.parse(JSON.parse(text));
    if (line.type === 'done') done = line;
    else failures.push({index: line.index, kind: line.kind, message: line.message});
    if (failures.length >= maxFailures) child.kill('SIGKILL');
  });
  const ended = guard(child, task);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const why = ended();
      if (done !== undefined) return resolve({...done, failures, next: task.to});
      const index = Math.max(task.from, indexIn(task.folder));
      const how = why ?? {index, kind: 'crash' as const, message: `${signal ?? `code ${code}`}: ${said.trim()}`};
      if (failures.length < maxFailures) failures.push(how);
      resolve({accepted: 0, refused: index - task.from, slowest: 0, memory: 0, failures, next: index + 1});
    });
  });
}

/** Node's permissions keep a worker in its folder; the heap limit ends one that fills it before the machine suffers. */
function nodeOptions({readable}: Watch, folder: string): string[] {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const reads = [...readable, folder].map((path) => `--allow-fs-read=${path}/`);
  const limits = [`--max-old-space-size=${megabytesLimit - 128}`];
  return [permission, '--allow-addons', ...reads, `--allow-fs-write=${folder}/`, '--no-warnings', ...limits];
}

/** Ends the worker when one input takes too much; the function it returns stops the watch and tells why it did. */
function guard(child: ChildProcess, {folder}: WorkerTask): () => Failure | undefined {
  let why: Failure | undefined;
  let last = {index: NaN, seconds: 0, looks: 0};
  const end = (kind: Failure['kind'], message: string) => {
    why ??= {index: last.index, kind, message};
    child.kill('SIGKILL');
  };
  const timer = setInterval(() => {
    const [index, usage] = [indexIn(folder), usageOf(child.pid)];
    if (index !== last.index) last = {index, seconds: usage.seconds, looks: 0};
    if (index < 0) return; // Still loading.
    if (usage.seconds - last.seconds > 2 * secondsLimit) end('hang', `more than ${2 * secondsLimit} s`);
    if (++last.looks > patience) end('hang', 'waits for something that does not come');
    if (usage.megabytes > megabytesLimit) end('memory', `${Math.round(usage.megabytes)} MB`);
  }, pollMilliseconds);
  return () => {
    clearInterval(timer);
    return why;
  };
}

/** The input that the worker is at; -1 before the first. */
function indexIn(folder: string): number {
  try {
    const bytes = readFileSync(join(folder, progressFile));
    return bytes.length < 8 ? -1 : bytes.readDoubleLE(0);
  } catch {
    return -1; // Not made yet.
  }
}

/** Processor seconds and resident megabytes of a process; zeros where the system does not tell, or when it has ended. */
function usageOf(pid: number | undefined): {seconds: number; megabytes: number} {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = [11, 12].map((field) => Number(fields.split(' ')[field]));
    const pages = Number(fields.split(' ')[21]);
    return {seconds: ((user ?? 0) + (system ?? 0)) / 100, megabytes: (pages * 4096) / 2 ** 20};
  } catch {
    return {seconds: 0, megabytes: 0};
  }
}
