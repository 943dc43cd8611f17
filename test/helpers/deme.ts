import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {cp, mkdtemp, realpath, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {afterAll, beforeAll} from 'vitest';
import type {z} from 'zod';

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

const root = fileURLToPath(new URL('../..', import.meta.url));
let installed = '';

/** Bundles the program for the tests of a file, into a folder that looks like an installed package. */
export function useBuiltProgram(): void {
  beforeAll(async () => {
    installed = await realpath(await mkdtemp(join(tmpdir(), 'deme-program-')));
    await cp(join(root, 'package.json'), join(installed, 'package.json'));
    for (const folder of ['node_modules', 'media']) await symlink(join(root, folder), join(installed, folder));
    await bundle(join(installed, 'dist'));
  });
  afterAll(() => rm(installed, {recursive: true, force: true}));
}

/** A file of the built program. */
export function builtFile(name: 'cli.js' | 'trainer.js' | 'owner.js' | 'preview.js'): string {
  return join(installed, 'dist', name);
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

/** Like trainer/setup.mjs, but with all packages left in node_modules, which is faster. */
async function bundle(outdir: string): Promise<void> {
  await build({
    entryPoints: {
      cli: join(root, 'trainer/cli.ts'),
      trainer: join(root, 'trainer/main.ts'),
      owner: join(root, 'trainer/owner.ts'),
      preview: join(root, 'trainer/preview.ts'),
    },
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
}
