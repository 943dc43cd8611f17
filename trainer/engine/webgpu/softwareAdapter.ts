import type {AdapterReport} from '../../contract/engine/engineRecord.ts';
import type {AdapterInfo} from './openDevice.ts';

type Adapter = NonNullable<AdapterReport>;

/** SwiftShader of Chromium, llvmpipe, lavapipe and softpipe of Mesa, WARP and the Basic Render Driver of Windows. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** Whether an adapter is a program on the CPU. Not each of them says so itself, hence their names. */
export function isSoftwareAdapter({isFallback, architecture, device, description}: Adapter): boolean {
  return isFallback || [architecture, device, description].some((text) => software.test(text));
}

/** What to call an adapter, from what its driver fills in. */
export function adapterName({vendor, architecture, device, description}: Adapter): string {
  const model = description || device || architecture || 'unnamed adapter';
  return vendor === '' || model.toLowerCase().includes(vendor.toLowerCase()) ? model : `${vendor} ${model}`;
}

/** The report of what WebGPU says of an adapter. */
export function reportAdapter({vendor, architecture, device, description, isFallbackAdapter}: AdapterInfo): Adapter {
  return {vendor, architecture, device, description, isFallback: isFallbackAdapter ?? false};
}
