import {checkWasmMemory} from './wasm/wasmMemory.ts';
import {checkWebgpu} from './webgpu/webgpuEngine.ts';

/** To be called between the updates of a training: throws a UserError when the engine can no longer be trusted. */
export function checkEngine(): void {
  checkWasmMemory();
  checkWebgpu();
}
