import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import * as z from 'zod';
import {UserError} from '../../contract/errors.ts';

const require = createRequire(import.meta.url);

/** What the npm package `webgpu`, which is Chromium's Dawn with a Node binding, exports. */
export interface Dawn {
  /** The object that pages find as `navigator.gpu`. The process does not end by itself while it is there. */
  create(options: string[]): GPU;
  /** Classes and constants that pages find in the global scope. */
  globals: object;
}

/** The installed package, not loaded yet. */
export interface DawnPackage {
  /** URL of its module. */
  readonly url: string;
  readonly version: string;
}

const Manifest = z.looseObject({version: z.string()});

/** The optional dependency `webgpu`. Throws a UserError where it is not installed or cannot work. */
export function findDawn(): DawnPackage {
  if (process.versions.electron !== undefined) {
    throw new UserError('engine-platform', 'The engine webgpu does not work in the Node of an editor.', {
      where: process.execPath,
      hint: 'Let a Node of its own (20 or newer) run the trainer, or use the engine tensorflow or wasm.',
    });
  }
  const [module, manifest] = [resolve('webgpu'), resolve('webgpu/package.json')];
  return {
    url: pathToFileURL(module).href,
    version: Manifest.parse(JSON.parse(readFileSync(manifest, 'utf8'))).version,
  };
}

/** Throws a UserError when its native code does not load. */
export async function loadDawn({url}: DawnPackage): Promise<Dawn> {
  try {
    return (await import(url)) as Dawn;
  } catch (error) {
    throw brokenWebgpu(error instanceof Error ? error.message : String(error), error);
  }
}

/** WebGPU is installed but does not load or start. */
export function brokenWebgpu(why: string, cause?: unknown): UserError {
  return new UserError('webgpu-broken', `WebGPU does not start: ${why.trim().replace(/\.$/, '')}.`, {
    hint: 'On Linux it needs glibc 2.34 or newer; run `npm ci` in case files are missing, or use the engine tensorflow or wasm.',
    cause,
  });
}

function resolve(name: string): string {
  try {
    return require.resolve(name);
  } catch (error) {
    throw new UserError('engine-missing', 'The engine webgpu is not installed: the npm package webgpu is not there.', {
      hint: 'The packaged extension has none; in a checkout run `npm ci` without --omit=optional. Or use the engine tensorflow or wasm.',
      cause: error,
    });
  }
}
