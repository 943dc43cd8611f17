import {UserError} from '../../contract/errors.ts';
import {loadDawn, type DawnPackage} from './dawnPackage.ts';

/** Limits that tfjs runs into; WebGPU grants its guaranteed minima unless a device is asked for more. */
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

export interface OpenDevice {
  readonly adapter: Adapter;
  readonly device: GPUDevice;
}

/** An adapter as Dawn has it; the types of tfjs are older. */
export interface Adapter extends GPUAdapter {
  readonly info: AdapterInfo;
}

export interface AdapterInfo extends GPUAdapterInfo {
  readonly isFallbackAdapter?: boolean;
}

let gpu: GPU | undefined;

/**
 * A device of its own on the adapter that WebGPU prefers, with everything the adapter supports. `accept` may throw before it is opened.
 * From then on the process must be ended by `process.exit`.
 */
export async function openDevice(dawn: DawnPackage, accept: (adapter: Adapter) => void): Promise<OpenDevice> {
  gpu ??= await install(dawn);
  const adapter = (await gpu.requestAdapter({powerPreference: 'high-performance'})) as Adapter | null;
  if (adapter === null) throw noAdapter();
  accept(adapter);
  // For `tf.profile`.
  const features = (['timestamp-query'] as const).filter((name) => adapter.features.has(name));
  const limits = Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]]));
  return {adapter, device: await adapter.requestDevice({requiredFeatures: features, requiredLimits: limits})};
}

export function noAdapter(): UserError {
  return new UserError('gpu-missing', 'WebGPU finds no GPU.', {
    hint: 'Install the driver of the GPU (on Linux one with Vulkan), or use the engine tensorflow or wasm.',
  });
}

/** Installs WebGPU where web pages have it, since tfjs looks for it there: its classes are global, `navigator.gpu` is the entry. */
async function install(dawn: DawnPackage): Promise<GPU> {
  const {create, globals} = await loadDawn(dawn);
  const entry = create([]);
  Object.assign(globalThis, globals);
  // Node 20 has no navigator, later ones have one that cannot be assigned.
  const host = globalThis as {navigator?: object};
  if (host.navigator === undefined) Object.defineProperty(host, 'navigator', {value: {}, configurable: true});
  Object.defineProperty(host.navigator, 'gpu', {value: entry, configurable: true});
  return entry;
}
