import {chmod, mkdtemp, realpath, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {onTestFinished} from 'vitest';

/** How a fake trainer behaves; `fakeTrainer.ts` says what each does. */
export type Manner = 'hang' | 'garbage' | 'midline' | 'flood' | 'ragged';

/** Builds a program that passes for Node and misbehaves as the trainer; its path. It goes when the story ends. */
export async function buildFakeTrainer(manner: Manner): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'deme-fake-')));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const program = join(folder, manner, 'node');
  await build({
    entryPoints: [fileURLToPath(new URL('fakeTrainer.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    banner: {js: '#!/usr/bin/env node'},
    logLevel: 'warning',
  });
  await chmod(program, 0o755);
  return program;
}
