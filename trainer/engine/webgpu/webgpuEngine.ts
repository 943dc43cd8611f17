import {createRequire} from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPUBackend} from '@tensorflow/tfjs-backend-webgpu';
import type {EngineConfig} from '../../contract/config/config.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {UserError} from '../../contract/errors.ts';
import {brokenWebgpu, findDawn} from './dawnPackage.ts';
import {watchDevice, type DeviceWatch} from './deviceWatch.ts';
import {setFilterGradient} from './filterGradient.ts';
import {guardBackend} from './guardBackend.ts';
import {openDevice, type Adapter} from './openDevice.ts';
import {adapterName, isSoftwareAdapter, reportAdapter} from './softwareAdapter.ts';

const require = createRequire(import.meta.url);

interface BackendModule {
  WebGPUBackend: new (device: GPUDevice, adapter: GPUAdapterInfo) => WebGPUBackend;
}

interface OpenBackend {
  watch: DeviceWatch;
  adapter: Adapter;
  version: string;
}

let open: OpenBackend | undefined;

type WebgpuConfig = Pick<EngineConfig, 'allowSoftware' | 'filterGradient'>;

/**
 * Makes WebGPU the current backend, on a device of our own: tfjs would open its own, with lower limits and without noticing failures.
 * After a failure it opens a new device; tensors of the old one are gone. The process must be ended by `process.exit` from then on.
 */
export async function useWebgpu({allowSoftware = false, filterGradient = 'built-in'}: WebgpuConfig = {}): Promise<
  Omit<EngineInfo, 'reason'>
> {
  if (open === undefined || hasFailed(open.watch)) open = await openBackend(allowSoftware);
  else refuseSoftware(open.adapter, allowSoftware);
  if (!(await tf.setBackend('webgpu'))) throw brokenWebgpu('its backend does not start');
  setFilterGradient(filterGradient);
  const adapter = reportAdapter(open.adapter.info);
  return {
    name: 'webgpu',
    version: open.version,
    device: isSoftwareAdapter(adapter) ? 'CPU' : 'GPU',
    adapter: adapterName(adapter),
    threads: 1,
  };
}

/** Throws a UserError when webgpu is the engine and its device has failed since it was started. */
export function checkWebgpu(): void {
  if (tf.getBackend() === 'webgpu') open?.watch.check();
}

async function openBackend(allowSoftware: boolean): Promise<OpenBackend> {
  const dawn = findDawn();
  const {adapter, device} = await openDevice(dawn, (found) => refuseSoftware(found, allowSoftware));
  const watch = watchDevice(device);
  // Read now and not earlier, since it looks for `navigator.gpu` when it is loaded.
  const {WebGPUBackend} = require('@tensorflow/tfjs-backend-webgpu') as BackendModule;
  const backend = new WebGPUBackend(device, adapter.info);
  guardBackend(backend, watch);
  // Small tensors would be computed on the CPU: by other code, with other rounding, and where tests look no other way.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => backend);
  return {watch, adapter, version: dawn.version};
}

function refuseSoftware(adapter: Adapter, isAllowed: boolean): void {
  const report = reportAdapter(adapter.info);
  if (isAllowed || !isSoftwareAdapter(report)) return;
  throw new UserError(
    'engine-software',
    `WebGPU finds no GPU, only ${adapterName(report)}, a program on the CPU that is far slower than the other engines.`,
    {
      hint: 'Install the driver of the GPU, or use the engine tensorflow or wasm; `allowSoftware: true` forces it, for tests.',
    },
  );
}

function hasFailed(watch: DeviceWatch): boolean {
  try {
    watch.check();
    return false;
  } catch {
    return true;
  }
}
