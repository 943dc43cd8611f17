import {join} from 'node:path';
import * as z from 'zod';
import {UserError} from '../../contract/errors.ts';
import {foreignFamily, refuseForeignPipeline, refuseXl} from '../../contract/model/foreignFamilies.ts';
import {
  isNetworkClass,
  networkConfigs,
  type NetworkClass,
  type NetworkConfig,
} from '../../contract/model/networkConfig.ts';
import {SchedulerConfig} from '../../contract/model/schedulerConfig.ts';
import {fileExists} from '../files/fileExists.ts';
import {checkValue, readJson, readPythonJson} from '../files/jsonFile.ts';
import {hashBytes} from '../hashes/sha256.ts';
import {pipelineIndex, type Pipeline} from './pipeline.ts';

const extension = 'DeMe';

/**
 * Class name of a network with channel projections. Stock diffusers drops the projections of a class that it knows without an error and
 * computes a wrong model; a class it does not know makes it refuse.
 */
export function extendedClass(name: NetworkClass): string {
  return `${extension}${name}`;
}

const AnyObject = z.record(z.string(), z.unknown());

/** The config.json of a pipeline's network, or of a flat folder. */
export async function findNetworkConfig(folder: string): Promise<string> {
  const found = await firstThatExists([join(folder, 'unet', 'config.json'), join(folder, 'config.json')]);
  if (found !== null) return found;
  const index = join(folder, 'model_index.json');
  if (await fileExists(index)) {
    refuseForeignPipeline((await readJson(index, AnyObject, 'the pipeline index'))._class_name, folder);
  }
  const problem = 'This is not a diffusers model: it has no unet/config.json and no config.json.';
  throw new UserError('model-missing', (await fileExists(folder)) ? problem : 'There is no such folder.', {
    where: folder,
  });
}

/** Reads a network config; `_class_name` becomes the stock class, and `extended` says whether it was the one with projections. */
export async function readNetworkConfig(path: string): Promise<{config: NetworkConfig; extended: boolean}> {
  const raw = await readJson(path, AnyObject, 'the UNet config');
  const name = raw._class_name;
  const stock = typeof name === 'string' && name.startsWith(extension) ? name.slice(extension.length) : name;
  if (!isNetworkClass(stock)) {
    const family = foreignFamily(name);
    const found =
      typeof name === 'string' ? `of the class ${name}${family ? ` (${family})` : ''}` : 'without a class name';
    const known = Object.keys(networkConfigs).join(', ');
    throw new UserError('class-unsupported', `This is a config ${found}; only ${known} can be used.`, {where: path});
  }
  refuseXl(raw, path);
  const config = checkValue({...raw, _class_name: stock}, networkConfigs[stock], 'the UNet config', path);
  return {config, extended: name !== stock};
}

/**
 * SHA-256 of the network config and of the scheduler config of a model folder, by what their files say: another layout of the JSON does not
 * count, nor which keys this version of the program knows.
 */
export async function configHashes(folder: string): Promise<{unet: string; scheduler: string}> {
  const scheduler = await findSchedulerConfig(folder);
  return {
    unet: await contentHash(await findNetworkConfig(folder)),
    scheduler: scheduler === null ? hashBytes('') : await contentHash(scheduler),
  };
}

async function contentHash(path: string): Promise<string> {
  return hashBytes(JSON.stringify(await readPythonJson(path, AnyObject, 'the model config')));
}

function findSchedulerConfig(folder: string): Promise<string | null> {
  return firstThatExists([join(folder, 'scheduler', 'scheduler_config.json'), join(folder, 'scheduler_config.json')]);
}

/** The scheduler config of a pipeline or a flat folder, null if there is none. */
export async function readSchedulerConfig(folder: string): Promise<SchedulerConfig | null> {
  const path = await findSchedulerConfig(folder);
  return path === null ? null : readPythonJson(path, SchedulerConfig, 'the scheduler config');
}

/**
 * The JSON files of a pipeline folder by their relative paths, as diffusers writes them: class and version first, then sorted keys.
 * `pipeline` is the one that the model was made from, whose other entries are kept.
 */
export function pipelineFiles(
  network: NetworkConfig,
  scheduler: SchedulerConfig,
  extended: boolean,
  pipeline: Pipeline | null = null,
): Record<string, object> {
  const version = typeof network._diffusers_version === 'string' ? network._diffusers_version : '0.40.0.dev0';
  const networkClass = extended ? extendedClass(network._class_name) : network._class_name;
  const index = pipelineIndex(pipeline, {network: networkClass, scheduler: scheduler._class_name, extended});
  return {
    'model_index.json': ordered({_diffusers_version: version, ...index}),
    'unet/config.json': ordered({...network, _class_name: networkClass, _diffusers_version: version}),
    'scheduler/scheduler_config.json': ordered({...finite(scheduler), _diffusers_version: version}),
  };
}

/** Keys in the order of Python's `sort_keys`, in which diffusers writes them: the class first, as its name begins with an underscore. */
function ordered(config: object): object {
  return Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Without infinite numbers, which JSON cannot say: -Infinity, the only one that diffusers writes, is the default of its key. */
function finite(config: SchedulerConfig): object {
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => typeof value !== 'number' || Number.isFinite(value)),
  );
}

async function firstThatExists(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    if (await fileExists(path)) return path;
  }
  return null;
}
