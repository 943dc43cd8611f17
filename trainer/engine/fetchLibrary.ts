import {existsSync} from 'node:fs';
import {cp, mkdir, rename, rm, symlink} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import type {TensorflowVariant} from '../contract/engineRecord.ts';
import {UserError} from '../contract/errors.ts';
import {tensorflowVersion} from './tensorflowFolder.ts';
import {extraRequirements, findPip, pipInstall} from './pip.ts';

/** The two files that are TensorFlow's C library in a wheel. */
export const libraryFiles = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The headers that the addon includes, under `include/`; the rest of 290 MB is not kept. */
const headerFolders = ['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'xla/tsl/c'];

export interface FetchLibrary {
  variant: TensorflowVariant;
  /** Folder to fill: it appears when it is complete. */
  library: string;
  onProgress: (message: string) => void;
}

/** Fetches the wheel by pip and keeps of it what the addon needs. */
export async function fetchLibrary({variant, library, onProgress}: FetchLibrary): Promise<void> {
  const python = await findPip();
  const download = `${library}.download`;
  const partial = `${library}.partial`;
  await emptyFolder(partial);
  await emptyFolder(download);
  await mkdir(join(download, 'temporary'));
  const target = join(download, 'packages');
  const fetch = (requirements: readonly string[]) =>
    pipInstall({python, requirements, target, temporary: join(download, 'temporary'), onProgress});
  await fetch([`${variant === 'cuda' ? 'tensorflow' : 'tensorflow-cpu'}==${tensorflowVersion}`]);
  if (variant === 'cuda') await fetch(await extraRequirements(target, 'and-cuda'));
  await keepNeeded(target, partial);
  await rename(partial, library);
  await rm(download, {recursive: true, force: true});
}

/** Links a folder that the user has already: `site-packages/tensorflow`, with NVIDIA's libraries beside it where it has them. */
export async function linkLibrary(from: string, library: string): Promise<void> {
  const source = resolve(from);
  requireLibrary(source);
  const partial = `${library}.partial`;
  await emptyFolder(partial);
  await symlink(source, join(partial, 'tensorflow'), 'dir');
  const nvidia = join(dirname(source), 'nvidia');
  if (existsSync(nvidia)) await symlink(nvidia, join(partial, 'nvidia'), 'dir');
  await rm(library, {recursive: true, force: true});
  await rename(partial, library);
}

function requireLibrary(folder: string): void {
  const missing = [...libraryFiles, join('include', 'tensorflow', 'c', 'c_api.h')].find(
    (file) => !existsSync(join(folder, file)),
  );
  if (missing === undefined) return;
  throw new UserError('tensorflow-library-missing', `The folder has no ${missing}.`, {
    where: folder,
    hint: 'Give the folder tensorflow inside the site-packages of a Python that has TensorFlow 2.21.',
  });
}

async function keepNeeded(packages: string, partial: string): Promise<void> {
  const source = join(packages, 'tensorflow');
  requireLibrary(source);
  const kept = join(partial, 'tensorflow');
  await mkdir(kept);
  for (const file of libraryFiles) await rename(join(source, file), join(kept, file));
  for (const folder of headerFolders) {
    const from = join(source, 'include', folder);
    if (existsSync(from)) await cp(from, join(kept, 'include', folder), {recursive: true});
  }
  if (existsSync(join(packages, 'nvidia'))) await rename(join(packages, 'nvidia'), join(partial, 'nvidia'));
}

async function emptyFolder(path: string): Promise<void> {
  await rm(path, {recursive: true, force: true});
  await mkdir(path, {recursive: true});
}
