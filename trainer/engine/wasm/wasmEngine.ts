import {createRequire} from 'node:module';
import {dirname, sep} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {setWasmPaths, version_wasm, type BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {UserError} from '../../contract/errors.ts';
import {guardAllocations} from './wasmMemory.ts';
import {registerWasmKernels} from './kernels/registerWasmKernels.ts';

const require = createRequire(import.meta.url);

let isPrepared = false;

/** Makes WebAssembly the current backend. One thread: tfjs has no more under Node. */
export async function useWasm(): Promise<Omit<EngineInfo, 'reason'>> {
  if (!isPrepared) setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}${sep}`);
  if (!(await tf.setBackend('wasm'))) {
    throw new UserError('wasm-broken', 'The wasm engine does not start in this Node.', {
      where: process.execPath,
      hint: 'Use Node 20 or newer, and run `npm ci` in case files of @tensorflow/tfjs-backend-wasm are missing.',
    });
  }
  if (!isPrepared) {
    registerWasmKernels();
    guardAllocations(tf.backend() as BackendWasm);
    isPrepared = true;
  }
  return {name: 'wasm', version: version_wasm, device: 'CPU', threads: 1};
}
