import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {createInterface} from 'node:readline';
import {BenchLine, type BenchResult} from './contract.ts';

export interface WorkerCommand {
  readonly program: string;
  /** Left out: the environment of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly parameters: readonly string[];
}

/** Runs all commands at once; the clocks of all begin when the last of them is warm. Rejects with what a failing one said last. */
export async function runWorkers(commands: readonly WorkerCommand[]): Promise<BenchResult[]> {
  const children = commands.map(({program, parameters, environment}) =>
    spawn(program, parameters, {env: environment ?? process.env}),
  );
  let ready = 0;
  const onReady = () => {
    if (++ready === children.length) for (const {stdin} of children) stdin.end('go\n');
  };
  const end = () => children.forEach((child) => child.kill());
  process.once('exit', end);
  try {
    return await Promise.all(children.map((child) => resultOf(child, onReady)));
  } finally {
    process.off('exit', end);
    end();
  }
}

function resultOf(child: ChildProcessWithoutNullStreams, onReady: () => void): Promise<BenchResult> {
  return new Promise((resolve, reject) => {
    let said = '';
    let result: BenchResult | undefined;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    createInterface(child.stdout).on('line', (text) => {
      // Libraries print notes of their own.
      if (!text.startsWith('{"type":')) return;
      const line = BenchLine.safeParse(JSON.parse(text));
      if (!line.success) reject(new Error(`a worker printed ${text.slice(0, 200)}: ${line.error.message}`));
      else if (line.data.type === 'ready') onReady();
      else result = line.data;
    });
    // One that has died cannot be told to begin; its end says more than the broken pipe.
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (result === undefined)
        reject(new Error(`a worker ended with ${signal ?? `code ${code}`}: ${lastLines(said)}`));
      else resolve(result);
    });
  });
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ');
}
