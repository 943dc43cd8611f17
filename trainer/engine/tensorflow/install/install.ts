import {mkdir} from 'node:fs/promises';
import {resolve} from 'node:path';
import type {TensorflowVariant} from '../../../contract/engine/engineRecord.ts';
import {explainWriteError} from '../../../store/files/atomicFile.ts';
import {cacheFolder} from '../../../store/files/cacheFolder.ts';
import {fileExists} from '../../../store/files/fileExists.ts';
import {chooseVariant} from './chooseVariant.ts';
import {completeInstall} from './completeInstall.ts';
import {freeBytes} from '../../../store/files/freeSpace.ts';
import {contentState, type InstalledTensorflow} from './installedTensorflow.ts';
import {withInstallLock} from './installLock.ts';
import type {ReportProgress} from './installProgress.ts';
import {findTensorflow} from './linkLibrary.ts';
import {probeAddon} from './probeAddon.ts';
import {requirePlatform} from './requirePlatform.ts';
import {tensorflowFolder, tensorflowVersion, type TensorflowFolder} from './tensorflowFolder.ts';

export interface InstallOptions {
  /** `auto`: with CUDA where there is an NVIDIA GPU. */
  variant: TensorflowVariant | 'auto';
  /** A folder with a TensorFlow, instead of a download. */
  from?: string;
  /** The Python whose pip downloads; omitted: the first on the PATH that has pip. */
  python?: string;
  onProgress?: ReportProgress;
}

export interface InstallOutcome extends InstalledTensorflow {
  /** True when there was nothing to do. */
  already: boolean;
  /** Why this build was taken. */
  reason: string;
}

/**
 * Installs the TensorFlow engine into the per-user cache: wheels, library, addon, first load, record, in this order. Each step appears
 * whole or not at all, and a step whose result is there with the right hashes is not repeated, so that a run after an interruption
 * completes the work. The record comes last: without it nothing is taken for installed.
 */
export async function installTensorflow(
  {onProgress = () => undefined, ...options}: InstallOptions,
  probe = probeAddon,
  free = freeBytes,
): Promise<InstallOutcome> {
  requirePlatform();
  const cache = cacheFolder();
  if (cache.warning) onProgress({stage: 'choose', message: cache.warning});
  const given = options.from === undefined ? null : findTensorflow(options.from);
  const {variant, reason} = await chooseVariant(options.variant, given?.cuda);
  const build = `TensorFlow ${given ? `in ${resolve(options.from ?? '')}` : tensorflowVersion} (${variant})`;
  onProgress({stage: 'choose', message: `${build}, ${reason}.`});
  const folder = tensorflowFolder(variant, cache.path);
  try {
    await mkdir(folder.root, {recursive: true});
    return await withInstallLock(folder, async () => {
      const present = await findIntact(folder, options.from, onProgress);
      if (present) return {...present, already: true, reason};
      const {from, python} = options;
      const installed = await completeInstall({folder, variant, given, from, python, onProgress, probe, free});
      return {...installed, already: false, reason};
    });
  } catch (error) {
    throw explainWriteError(folder.root, error);
  }
}

/** What is installed, when nothing of it is gone or changed. */
async function findIntact(
  folder: TensorflowFolder,
  from: string | undefined,
  onProgress: ReportProgress,
): Promise<InstalledTensorflow | null> {
  if (!(await fileExists(folder.record))) return null;
  onProgress({stage: 'check', message: 'Checking the TensorFlow that is installed.'});
  const found = await contentState(folder, {hashes: true});
  if (found.state === 'broken') onProgress({stage: 'check', message: `${found.error.message} It is installed again.`});
  if (found.state !== 'installed') return null;
  const {record} = found.installed;
  if (from !== undefined && record.from !== resolve(from)) return null;
  onProgress({
    stage: 'done',
    message: `TensorFlow ${record.version} (${record.variant}) is installed already in ${folder.root}.`,
  });
  return found.installed;
}
