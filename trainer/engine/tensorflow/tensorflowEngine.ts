import {createRequire} from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type {EngineConfig} from '../../contract/config/config.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {ownCores} from '../../launch/jobResources.ts';
import {nvidiaGpus, visibleGpus} from '../../launch/nvidiaGpus.ts';
import {trainerEnvironment, type EngineWork} from '../../launch/trainerEnvironment.ts';
import {brokenTensorflow} from './install/brokenTensorflow.ts';
import {registerCpuConv} from './kernels/cpuConv.ts';
import {registerInputGradient} from './kernels/inputGradient.ts';
import {gpuWarning, missingGpu} from './gpuWarning.ts';
import {requireInstalled, type InstalledTensorflow} from './install/installedTensorflow.ts';

const require = createRequire(import.meta.url);

/** What this project calls on the addon itself; the rest is called by tfjs-node. */
interface Addon {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
}

interface KernelBackendModule {
  NodeJSKernelBackend: new (addon: Addon, packageName: string) => tf.KernelBackend;
}

interface LoadedTensorflow {
  addon: Addon;
  installed: InstalledTensorflow;
  threads: number;
}

let loaded: LoadedTensorflow | undefined;

/** The part of a request that concerns TensorFlow. Omitted: all cores, and a GPU where there is one. */
type TensorflowSettings = Pick<EngineConfig, 'threads' | 'device'> & {work?: EngineWork};

/**
 * Makes TensorFlow's C library the current backend, from the per-user cache. It fixes threads and device at its first start in a
 * process. Throws a `UserError` where a GPU is asked for and TensorFlow does not compute on it.
 */
export async function useTensorflow(
  settings: TensorflowSettings = {},
): Promise<Omit<EngineInfo, 'reason'> & {warning?: string}> {
  loaded ??= await load(settings);
  const {addon, installed, threads} = loaded;
  const isUp = await tf.setBackend('tensorflow');
  if (!isUp) throw brokenTensorflow(installed.folder.addon, 'its backend does not start');
  const isGpu = addon.isUsingGpuDevice();
  const {variant} = installed.record;
  const visible = process.env.CUDA_VISIBLE_DEVICES;
  if (settings.device === 'gpu' && !isGpu) throw missingGpu(variant, visible);
  const warning = settings.device === 'cpu' ? undefined : gpuWarning(variant, isGpu, visible);
  return {name: 'tensorflow', version: addon.TF_Version, device: isGpu ? 'GPU' : 'CPU', threads, warning};
}

async function load({threads = ownCores(), device, work}: TensorflowSettings): Promise<LoadedTensorflow> {
  const installed = await requireInstalled();
  const {variant} = installed.record;
  // Said before the library is loaded, which takes seconds.
  if (device === 'gpu' && variant === 'cpu') throw missingGpu(variant, process.env.CUDA_VISIBLE_DEVICES);
  const gpu = variant === 'cuda' && device !== 'cpu' ? await oneGpu() : undefined;
  // The library reads these when it is loaded and when it first computes.
  Object.assign(process.env, trainerEnvironment({engine: {name: 'tensorflow', threads, device}, work, gpu}));
  restoreNodeFunctions();
  const addon = openAddon(installed);
  registerBackend(addon);
  return {addon, installed, threads};
}

/** The addon would prepare all GPUs, which takes memory of each, and compute on the last. */
async function oneGpu(): Promise<string | undefined> {
  const allowed = process.env.CUDA_VISIBLE_DEVICES;
  return visibleGpus(allowed === undefined ? await nvidiaGpus() : [], allowed)[0];
}

/** tfjs-node calls two functions that Node 23 removed (tensorflow/tfjs#8609). They must be there before its modules are read. */
function restoreNodeFunctions(): void {
  const util = require('node:util') as Record<
    'isNullOrUndefined' | 'isArray',
    ((value: unknown) => boolean) | undefined
  >;
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function openAddon(installed: InstalledTensorflow): Addon {
  const module: {exports: Partial<Addon>} = {exports: {}};
  try {
    process.dlopen(module, installed.folder.addon);
  } catch (error) {
    throw brokenTensorflow(installed.folder.addon, error instanceof Error ? error.message : String(error), error);
  }
  return module.exports as Addon;
}

/** Without the package's index, which would look for an addon of its own beside a TensorFlow of 2022. */
function registerBackend(addon: Addon): void {
  const {NodeJSKernelBackend} =
    require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js') as KernelBackendModule;
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js');
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(addon, '@tensorflow/tfjs-node-gpu'), 3);
  if (addon.isUsingGpuDevice()) return;
  registerCpuConv();
  registerInputGradient();
}
