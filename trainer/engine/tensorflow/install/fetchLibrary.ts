import {dirname, join} from 'node:path';
import type {LibraryRecord, TensorflowVariant} from '../../../contract/engine/engineRecord.ts';
import {UserError} from '../../../contract/errors.ts';
import {bytesBelow} from '../../bytesBelow.ts';
import type {freeBytes} from '../../../store/files/freeSpace.ts';
import {requireSpace} from './diskSpace.ts';
import {removeFolder} from './emptyFolder.ts';
import {fetchWheel, type FetchedWheel} from './fetchWheel.ts';
import type {ReportProgress} from './installProgress.ts';
import {findPip, type PythonCommand} from './pip.ts';
import {tensorflowVersion, type TensorflowFolder} from './tensorflowFolder.ts';
import {unpackLibrary} from './unpackLibrary.ts';
import {withWheel} from './wheelFile.ts';

/**
 * Bytes to download and to keep: of the CPU build as measured, of the CUDA build by the wheels of NVIDIA that were the newest in
 * October 2026, with something to spare.
 */
export const librarySizes = {
  cpu: {download: 0.28e9, unpacked: 0.86e9},
  cuda: {download: 3.6e9, unpacked: 5.6e9},
} as const satisfies Record<TensorflowVariant, {download: number; unpacked: number}>;

export interface FetchLibrary {
  variant: TensorflowVariant;
  folder: TensorflowFolder;
  /** The Python whose pip fetches; omitted: the first that has pip. */
  python?: string;
  onProgress: ReportProgress;
  free?: typeof freeBytes;
}

/**
 * Fetches TensorFlow's wheel, for CUDA with the wheels of NVIDIA that it asks for, and keeps of them what the addon needs. The library
 * appears when it is complete; until then each complete wheel stays, so that the next attempt goes on from there.
 */
export async function fetchLibrary({variant, folder, python, onProgress, free}: FetchLibrary): Promise<LibraryRecord> {
  const {download, unpacked} = librarySizes[variant];
  await requireSpace(folder.root, Math.max(0, download - bytesBelow(folder.wheels)) + unpacked, free);
  try {
    const wheels = await fetchWheels({variant, folder, python, onProgress});
    return await unpackLibrary(wheels, folder, onProgress, free);
  } catch (error) {
    // A wheel that pip was content with must not stay for the next attempt.
    const isUseless = error instanceof UserError && uselessWheel.includes(error.code);
    if (isUseless && error.where?.startsWith(folder.wheels)) await removeFolder(dirname(error.where));
    throw error;
  }
}

const uselessWheel = ['wheel-damaged', 'zip-invalid', 'zip-compressed'];

async function fetchWheels({variant, folder, python, onProgress}: FetchLibrary): Promise<FetchedWheel[]> {
  let found: Promise<PythonCommand> | undefined;
  const fetch = (requirement: string): Promise<FetchedWheel> =>
    fetchWheel({
      python: () => (found ??= findPip(python)),
      requirement,
      folder: join(folder.wheels, packageName(requirement)),
      onProgress,
    });
  if (variant === 'cpu') return [await fetch(`tensorflow-cpu==${tensorflowVersion}`)];
  const main = await fetch(`tensorflow==${tensorflowVersion}`);
  const wheels = [main];
  for (const requirement of await extraRequirements(main, 'and-cuda')) wheels.push(await fetch(requirement));
  return wheels;
}

/** The requirements behind one extra of a package: `and-cuda` of TensorFlow lists NVIDIA's libraries. */
function extraRequirements({path}: FetchedWheel, extra: string): Promise<string[]> {
  const pattern = new RegExp(`^Requires-Dist: ([^;\\n]+?) *; *extra == ["']${extra}["'] *$`, 'gm');
  return withWheel(path, ({metadata}) => [...metadata.matchAll(pattern)].map((match) => match[1] ?? ''));
}

/** `nvidia-cublas-cu12<13.0,>=12.5.3.2` -> `nvidia-cublas-cu12` */
function packageName(requirement: string): string {
  return /^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? 'wheel';
}
