import {createRequire} from 'node:module';
import {availableParallelism} from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type {EngineInfo} from '../contract/engineInfo.ts';
import {UserError} from '../contract/errors.ts';
import {brokenTensorflow} from './brokenTensorflow.ts';
import {gpuWarning} from './gpuWarning.ts';
import {findInstalled, type InstalledTensorflow} from './install.ts';

const require = createRequire(import.meta.url);

/** What this project calls on the addon itself; the rest is tfjs-node's matter. */
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

/**
 * Makes TensorFlow's C library the current backend, from the per-user cache.
 *
 * @param threads of one operation; left out: all cores. TensorFlow fixes them at its first start in a process.
 */
export async function useTensorflow(threads?: number): Promise<Omit<EngineInfo, 'reason'> & {warning?: string}> {
  loaded ??= await load(threads);
  const {addon, installed} = loaded;
  const isUp = await tf.setBackend('tensorflow');
  if (!isUp) throw brokenTensorflow(installed.folder.addon, 'its backend does not start');
  const isGpu = addon.isUsingGpuDevice();
  const warning = gpuWarning(installed.record.variant, isGpu, process.env.CUDA_VISIBLE_DEVICES);
  return {
    name: 'tensorflow',
    version: addon.TF_Version,
    device: isGpu ? 'GPU' : 'CPU',
    threads: loaded.threads,
    warning,
  };
}

async function load(threads: number = availableParallelism()): Promise<LoadedTensorflow> {
  const installed = await findInstalled();
  if (!installed) {
    throw new UserError('engine-missing', 'The engine tensorflow is not installed.', {
      hint: 'Run `deme engine install tensorflow`, or set the engine to wasm or auto.',
    });
  }
  setEnvironment(threads);
  restoreNodeFunctions();
  const addon = openAddon(installed);
  registerBackend(addon);
  return {addon, installed, threads};
}

/** The library reads these when it is loaded and when it first computes; what the user has set stays. */
function setEnvironment(threads: number): void {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = String(threads);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Without it TensorFlow takes nearly all of a GPU's memory at its start.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.TF_DETERMINISTIC_OPS ??= '1';
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
}
