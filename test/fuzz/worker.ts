import fs, {mkdirSync, openSync, readdirSync, rmSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../../trainer/contract/errors.ts';
import {inputsOf} from './inputs.ts';
import {
  megabytesLimit,
  progressFile,
  secondsLimit,
  WorkerTask,
  workFolder,
  type Failure,
  type WorkerLine,
} from './protocol.ts';
import type {FuzzTarget} from './target.ts';

/** Node's permissions forbid it because it takes any descriptor; without it nothing is different but what a power cut would leave. */
fs.fsync = Object.assign((_: number, done: fs.NoParamCallback) => done(null), {__promisify__: async () => undefined});

/** Feeds the inputs of a task to one of `targets` and prints what goes wrong, a JSON line each. */
export async function runWorker(argument: string, targets: readonly FuzzTarget[]): Promise<void> {
  const task = WorkerTask.parse(JSON.parse(argument));
  const target = targets.find(({name}) => name === task.target);
  if (target === undefined) throw new Error(`no target is called ${task.target}`);
  await new Worker(target, task).run();
}

class Worker {
  readonly #progress: number;
  readonly #work: string;
  #index = 0;
  #accepted = 0;
  #refused = 0;
  #slowest = 0;
  #memory = 0;

  constructor(
    readonly target: FuzzTarget,
    readonly task: WorkerTask,
  ) {
    this.#progress = openSync(join(task.folder, progressFile), 'w');
    this.#work = join(task.folder, workFolder);
    const stray = (error: unknown) => this.#fail('stray error', describe(error));
    process.on('uncaughtException', stray).on('unhandledRejection', stray);
  }

  async run(): Promise<void> {
    const input = await inputsOf(this.target, this.task.seed);
    for (this.#index = this.task.from; this.#index < this.task.to; this.#index++) {
      this.#noteProgress();
      await this.#feed(input(this.#index));
    }
    const {accepted, refused, slowest, memory} = {
      accepted: this.#accepted,
      refused: this.#refused,
      slowest: this.#slowest,
      memory: this.#memory,
    };
    print({type: 'done', accepted, refused, slowest, memory});
  }

  async #feed(bytes: Uint8Array): Promise<void> {
    mkdirSync(this.#work, {recursive: true});
    const before = process.cpuUsage();
    const error = await this.target.parse(bytes, this.#work).then(
      () => undefined,
      (thrown: unknown) => ({thrown}),
    );
    this.#judge(error);
    this.#weigh(process.cpuUsage(before));
    if (readdirSync(this.task.folder).some((name) => name !== workFolder && name !== progressFile)) {
      this.#fail('outside', 'something lies beside the work folder');
    }
    rmSync(this.#work, {recursive: true, force: true});
  }

  #judge(error: {readonly thrown: unknown} | undefined): void {
    if (error === undefined) this.#accepted++;
    else if (isDenied(error.thrown)) this.#fail('outside', describe(error.thrown));
    else if (!(error.thrown instanceof UserError)) this.#fail('error', describe(error.thrown));
    else {
      this.#refused++;
      if (error.thrown.line.length > longestMessage)
        this.#fail('error', 'the message of the error is too long to read');
    }
    const leftover = readdirSync(this.#work, {recursive: true}).find((name) => String(name).endsWith('.tmp'));
    if (leftover !== undefined) this.#fail('leftover', String(leftover));
  }

  #weigh({user, system}: NodeJS.CpuUsage): void {
    const seconds = (user + system) / 1e6;
    const memory = process.resourceUsage().maxRSS / 1024;
    if (seconds > secondsLimit) this.#fail('slow', `${seconds.toFixed(1)} s`);
    if (memory > megabytesLimit && this.#memory <= megabytesLimit) this.#fail('memory', `${Math.round(memory)} MB`);
    this.#slowest = Math.max(this.#slowest, seconds);
    this.#memory = memory;
  }

  /** On the disk, where it survives whatever the input does to the process. */
  #noteProgress(): void {
    writeSync(this.#progress, new Uint8Array(Float64Array.of(this.#index).buffer), 0, 8, 0);
  }

  #fail(kind: Failure['kind'], message: string): void {
    print({type: 'failure', index: this.#index, kind, message: message.slice(0, 500)});
  }
}

const longestMessage = 20_000;

/** Whether Node's permissions refused a file somewhere in the chain of causes. */
function isDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ERR_ACCESS_DENIED') || isDenied(error.cause);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Synchronous, so that nothing is lost when the next input ends the process. */
function print(line: WorkerLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
