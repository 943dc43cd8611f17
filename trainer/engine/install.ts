import {existsSync} from 'node:fs';
import {mkdir, readFile, realpath, rm} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {EngineRecord, type TensorflowVariant} from '../contract/engineRecord.ts';
import {UserError} from '../contract/errors.ts';
import {explainWriteError} from '../store/atomicFile.ts';
import {writeJsonAtomic} from '../store/jsonFile.ts';
import {hashFile} from '../store/sha256.ts';
import {addonSourceVersion, buildAddon} from './buildAddon.ts';
import {cacheFolder} from '../store/cacheFolder.ts';
import {tensorflowFolder, tensorflowVersion, type TensorflowFolder} from './tensorflowFolder.ts';
import {fetchLibrary, libraryFiles, linkLibrary} from './fetchLibrary.ts';
import {probeAddon} from './probeAddon.ts';

export interface InstallOptions {
  /** `auto`: with CUDA where there is an NVIDIA GPU. */
  variant: TensorflowVariant | 'auto';
  /** A folder with `libtensorflow_cc.so.2`, instead of a download. */
  from?: string;
  onProgress?: (message: string) => void;
}

export interface InstalledTensorflow {
  record: EngineRecord;
  folder: TensorflowFolder;
  /** True when there was nothing to do. */
  already: boolean;
}

/**
 * Installs the TensorFlow engine into the per-user cache: library, addon, first load, record, in this order. Each step appears whole or
 * not at all, and a step that is there is not repeated, so a run after an interruption completes the work.
 */
export async function installTensorflow(options: InstallOptions, probe = probeAddon): Promise<InstalledTensorflow> {
  requirePlatform();
  const onProgress = options.onProgress ?? (() => undefined);
  const cache = cacheFolder();
  if (cache.warning) onProgress(cache.warning);
  const variant = options.variant === 'auto' ? detectVariant() : options.variant;
  const folder = tensorflowFolder(variant, cache.path);
  const present = await readInstalled(folder);
  if (present && (options.from === undefined || present.from === resolve(options.from))) {
    onProgress(`TensorFlow ${present.version} (${variant}) is installed already in ${folder.root}.`);
    return {record: present, folder, already: true};
  }
  const record = await completeInstall(folder, variant, {from: options.from, onProgress, probe});
  onProgress(`TensorFlow ${record.version} (${variant}) is installed in ${folder.root}.`);
  return {record, folder, already: false};
}

/** The TensorFlow that a run would use: the CUDA one before the CPU one; null when none is installed completely. */
export async function findInstalled(cache: string = cacheFolder().path): Promise<InstalledTensorflow | null> {
  for (const variant of ['cuda', 'cpu'] as const) {
    const folder = tensorflowFolder(variant, cache);
    const record = await readInstalled(folder);
    if (record) return {record, folder, already: true};
  }
  return null;
}

interface InstallSteps {
  from: string | undefined;
  onProgress: (message: string) => void;
  probe: typeof probeAddon;
}

async function completeInstall(
  folder: TensorflowFolder,
  variant: TensorflowVariant,
  {from, onProgress, probe}: InstallSteps,
): Promise<EngineRecord> {
  await makeRoot(folder.root);
  await rm(folder.record, {force: true});
  if (from !== undefined) {
    await linkLibrary(from, folder.library);
  } else if (!(await hasOwnLibrary(folder))) {
    onProgress(`Fetching TensorFlow ${tensorflowVersion} (${variant}) into ${folder.root}.`);
    await rm(folder.library, {recursive: true, force: true});
    await fetchLibrary({variant, library: folder.library, onProgress});
  }
  onProgress('Building the addon.');
  await buildAddon(folder.library, folder.addon);
  onProgress('Loading TensorFlow for the first time.');
  const {version} = await probe(folder.addon);
  const source = from === undefined ? {} : {from: resolve(from)};
  const addon = await hashFile(folder.addon);
  const record = EngineRecord.parse({
    engine: 'tensorflow',
    version,
    variant,
    source: addonSourceVersion(),
    addon,
    ...source,
  });
  await writeJsonAtomic(folder.record, record);
  return record;
}

async function makeRoot(root: string): Promise<void> {
  try {
    await mkdir(root, {recursive: true});
  } catch (error) {
    throw explainWriteError(root, error);
  }
}

/** The record when everything that it speaks of is there and unchanged. */
async function readInstalled(folder: TensorflowFolder): Promise<EngineRecord | null> {
  if (!existsSync(folder.record) || !existsSync(folder.addon) || !hasLibrary(folder)) return null;
  const record = parseRecord(await readFile(folder.record, 'utf8'));
  if (record?.source !== addonSourceVersion()) return null;
  return (await hashFile(folder.addon)) === record.addon ? record : null;
}

/** Null for a damaged record or one of another version of this program: installing again mends both. */
function parseRecord(text: string): EngineRecord | null {
  try {
    return EngineRecord.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function hasLibrary(folder: TensorflowFolder): boolean {
  return libraryFiles.every((file) => existsSync(join(folder.library, 'tensorflow', file)));
}

/** False for a link to the user's own folder, which an install without `from` replaces. */
async function hasOwnLibrary(folder: TensorflowFolder): Promise<boolean> {
  if (!hasLibrary(folder)) return false;
  return (await realpath(join(folder.library, 'tensorflow'))) === join(await realpath(folder.library), 'tensorflow');
}

function detectVariant(): TensorflowVariant {
  // Present wherever the NVIDIA driver runs, in containers too.
  return existsSync('/dev/nvidiactl') || existsSync('/proc/driver/nvidia/version') ? 'cuda' : 'cpu';
}

function requirePlatform(): void {
  if (process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64')) return;
  throw new UserError(
    'engine-platform',
    `The TensorFlow engine is not available for ${process.platform} on ${process.arch}.`,
    {
      hint: 'Use the engine wasm (on Windows, WSL offers Linux).',
    },
  );
}
