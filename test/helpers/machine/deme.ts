import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {join} from 'node:path';
import type * as z from 'zod';
import {packageRoot} from '../../../trainer/packageRoot.ts';

/** What a call of the command line ended with. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  /** Working folder of the call. */
  cwd?: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Sees the process right after its start. */
  onStart?: (child: ChildProcessWithoutNullStreams) => void;
}

const dist = join(packageRoot(), 'dist');

/** A file of the program, which `buildProgram.ts` has built. */
export function builtFile(name: 'cli.js' | 'trainer.js' | 'owner.js' | 'preview.js'): string {
  return join(dist, name);
}

/** Calls `deme` with these arguments and waits for its end. */
export function deme(args: readonly string[], {cwd, env, onStart}: CallOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [builtFile('cli.js'), ...args], {
    cwd,
    env: {...process.env, ...env},
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({code, stdout, stderr}));
  });
}

/** Calls `deme` with `--json` and parses the one value that it prints. */
export async function demeJson<T extends z.ZodType>(
  schema: T,
  args: readonly string[],
  options?: CallOptions,
): Promise<z.output<T>> {
  const {code, stdout, stderr} = await deme([...args, '--json'], options);
  if (code !== 0) throw new Error(`deme ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return schema.parse(JSON.parse(stdout));
}
