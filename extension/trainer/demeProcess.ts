import {spawn, type ChildProcess} from 'node:child_process';
import {fromErrorRecord, UserError} from '../../trainer/contract/errors.ts';
import {VerbFailure, type ResultSchema} from '../../trainer/contract/verbResult.ts';
import {killTree} from '../../trainer/launch/killTree.ts';
import type {NodeRuntime} from './nodeRuntime.ts';

/** A call of the command line `deme`. */
export interface DemeCall {
  readonly node: NodeRuntime;
  /** `dist/cli.js` */
  readonly cli: string;
  /** Without `--json`, which is added. */
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Ends the process, with all that it has started. */
  readonly signal?: AbortSignal;
  /** Exit codes besides 0 with which it prints a result. */
  readonly resultCodes?: readonly number[];
  /** Called with each line that it prints about its progress. */
  readonly onLine?: (line: string) => void;
}

/** The beginning of a line that TensorFlow logs for its developers: `2026-01-01 00:00:00.000000: I tensorflow/...`, `I0000 00:00:...`. */
const libraryLog = /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] |[IWE]\d{4} |WARNING: All log messages before absl)/;

/** Nothing that a verb prints is that long. */
const outputLimit = 16 * 2 ** 20;

/** Calls a verb and returns what it prints, as `schema` parses it. Throws its own error, or a UserError `deme-broken`. */
export async function callDeme<T>(schema: ResultSchema<T>, call: DemeCall): Promise<T> {
  const {stdout, stderr, code} = await outputOf(call);
  const value = parse(stdout);
  const failure = VerbFailure.safeParse(value);
  if (failure.success) throw fromErrorRecord(failure.data.error);
  const result = schema.safeParse(value);
  const isEnded = code === 0 || (code !== null && call.resultCodes?.includes(code) === true);
  if (isEnded && result.success) return result.data;
  const said = stderr.split('\n').filter((line) => !libraryLog.test(line));
  const last = (said.join('\n').trim() || stdout.trim()).split('\n').slice(-3).join(' | ').slice(-500);
  const how = isEnded ? 'printed something else than a result' : `ended with code ${code}`;
  throw new UserError('deme-broken', `deme ${call.args.slice(0, 2).join(' ')} ${how}${last ? `: ${last}` : '.'}`);
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

function outputOf({node, cli, args, cwd, signal, onLine}: DemeCall): Promise<Output> {
  const child = spawn(node.path, [cli, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: node.environment,
    cwd,
    windowsHide: true,
  });
  const stop = () => void killTree(child.pid);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  return collect(child, onLine).finally(() => signal?.removeEventListener('abort', stop));
}

function collect(child: ChildProcess, onLine: ((line: string) => void) | undefined): Promise<Output> {
  let stdout = '';
  let stderr = '';
  let line = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    if (stdout.length > outputLimit) void killTree(child.pid);
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-20_000);
    const lines = (line + chunk).split('\n');
    line = (lines.pop() ?? '').slice(-2000);
    for (const each of lines) if (!libraryLog.test(each)) onLine?.(each.trim());
  });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new UserError('node-missing', `Node did not start: ${cause.message}.`, {cause})),
    );
    child.on('close', (code) => resolve({stdout, stderr, code}));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller reports what was printed instead.
  }
}
