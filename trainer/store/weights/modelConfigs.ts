import {join} from 'node:path';
import {z} from 'zod';
import {UserError} from '../../contract/errors.ts';
import {SchedulerConfig} from '../../contract/model/schedulerConfig.ts';
import {UNet2DConfig} from '../../contract/model/unet2dConfig.ts';
import {fileExists} from '../files/fileExists.ts';
import {checkValue, readJson} from '../files/jsonFile.ts';

const stockClass = 'UNet2DModel';

/**
 * Class name of a UNet with channel projections. Stock diffusers drops the projections of a UNet2DModel without an error and computes
 * a wrong model; a class it does not know makes it refuse.
 */
export const extendedClass = 'DeMeUNet2DModel';

const AnyObject = z.record(z.string(), z.unknown());

/** The config.json of a pipeline's UNet, or of a flat folder. */
export async function findUNetConfig(folder: string): Promise<string> {
  const found = await firstThatExists([join(folder, 'unet', 'config.json'), join(folder, 'config.json')]);
  if (found !== null) return found;
  const problem = 'This is not a diffusers model: it has no unet/config.json and no config.json.';
  throw new UserError('model-missing', (await fileExists(folder)) ? problem : 'There is no such folder.', {
    where: folder,
  });
}

/** Reads a UNet config; `_class_name` becomes UNet2DModel, and `extended` says whether it was the class with projections. */
export async function readUNetConfig(path: string): Promise<{config: UNet2DConfig; extended: boolean}> {
  const raw = await readJson(path, AnyObject, 'the UNet config');
  const name = raw._class_name;
  if (name !== stockClass && name !== extendedClass) {
    const found = typeof name === 'string' ? `of the class ${name}` : 'without a class name';
    throw new UserError('class-unsupported', `This is a config ${found}; only ${stockClass} can be used.`, {
      where: path,
    });
  }
  const config = checkValue({...raw, _class_name: stockClass}, UNet2DConfig, 'the UNet config', path);
  return {config, extended: name === extendedClass};
}

/** The scheduler config of a pipeline or a flat folder, null if there is none. */
export async function readSchedulerConfig(folder: string): Promise<SchedulerConfig | null> {
  const path = await firstThatExists([
    join(folder, 'scheduler', 'scheduler_config.json'),
    join(folder, 'scheduler_config.json'),
  ]);
  return path === null ? null : readJson(path, SchedulerConfig, 'the scheduler config');
}

/** The JSON files of a pipeline folder by their relative paths, as diffusers writes them: class and version first, then sorted keys. */
export function pipelineFiles(
  unet: UNet2DConfig,
  scheduler: SchedulerConfig,
  extended: boolean,
): Record<string, object> {
  const version = typeof unet._diffusers_version === 'string' ? unet._diffusers_version : '0.40.0.dev0';
  const schedulerClass = scheduler._class_name;
  const stockPipeline = schedulerClass === 'DDIMScheduler' ? 'DDIMPipeline' : 'DDPMPipeline';
  return {
    'model_index.json': {
      _class_name: extended ? 'DeMePipeline' : stockPipeline,
      _diffusers_version: version,
      scheduler: ['diffusers', schedulerClass],
      unet: extended ? ['deme_studio', extendedClass] : ['diffusers', stockClass],
    },
    'unet/config.json': component(extended ? extendedClass : stockClass, version, unet),
    'scheduler/scheduler_config.json': component(schedulerClass, version, withoutForeignDefaults(scheduler)),
  };
}

function component(className: string, version: string, config: object): object {
  const own = Object.entries(config).filter(([key]) => key !== '_class_name' && key !== '_diffusers_version');
  const sorted = own.sort(([a], [b]) => (a < b ? -1 : 1));
  return {_class_name: className, _diffusers_version: version, ...Object.fromEntries(sorted)};
}

/** diffusers warns about keys that its class does not take; at their defaults they say nothing and are left out. */
function withoutForeignDefaults(scheduler: SchedulerConfig): object {
  const defaults = SchedulerConfig.parse({});
  const foreign = scheduler._class_name === 'DDIMScheduler' ? 'variance_type' : 'set_alpha_to_one';
  const entries = Object.entries(scheduler).filter(([key, value]) => key !== foreign || value !== defaults[foreign]);
  return Object.fromEntries(entries);
}

async function firstThatExists(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    if (await fileExists(path)) return path;
  }
  return null;
}
