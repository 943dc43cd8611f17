import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';

/** What this project uses of the module behind the backend that its declarations leave out. */
interface WasmModule {
  /** All of the module's memory, used or not; another array each time that it grows. */
  readonly HEAPU8: Uint8Array;
  /** A function of the module, which takes numbers and bytes and gives nothing back. */
  cwrap(name: string, result: null, parameters: readonly ('number' | 'array')[]): ModuleFunction;
}

export type ModuleFunction = (...values: (number | Uint8Array)[]) => void;

export function wasmModule(backend: BackendWasm): WasmModule {
  return backend.wasm as unknown as WasmModule;
}
