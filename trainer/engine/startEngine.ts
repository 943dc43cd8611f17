// For its side effect: the gradients of all operations.
import '@tensorflow/tfjs';
import type {EngineConfig} from '../contract/config.ts';
import type {EngineInfo} from '../contract/engineInfo.ts';
import {UserError} from '../contract/errors.ts';
import {findInstalled} from './install.ts';
import {selfTest} from './selfTest.ts';
import {requireSingleCore} from './singleCore.ts';
import {useTensorflow} from './tensorflowEngine.ts';
import {useWasm} from './wasmEngine.ts';

/**
 * Starts the engine that a config asks for, makes it the current backend and lets it pass the self test. `auto` takes TensorFlow
 * where it is installed and healthy, else wasm, and `reason` says which and why. A named engine is never exchanged for another.
 */
export async function startEngine(config: EngineConfig): Promise<EngineInfo> {
  requireSingleCore();
  if (config.name === 'tensorflow') return startTensorflow(config, 'as asked for');
  if (config.name === 'wasm') return startWasm('as asked for');
  if (!(await findInstalled()))
    return startWasm('because TensorFlow is not installed (`deme engine install tensorflow`)');
  try {
    return await startTensorflow(config, 'because it is installed and healthy');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return startWasm(`because TensorFlow is installed BUT NOT HEALTHY: ${error.message}`);
  }
}

async function startTensorflow(config: EngineConfig, why: string): Promise<EngineInfo> {
  const {warning, ...engine} = await useTensorflow(config.threads);
  await selfTest('tensorflow');
  const where = `${engine.threads} CPU ${engine.threads === 1 ? 'thread' : 'threads'}`;
  const reason = `TensorFlow ${engine.version} on ${engine.device === 'GPU' ? 'the GPU' : where}, ${why}${warning ? `. NOTE: ${warning}` : ''}.`;
  return {...engine, reason};
}

async function startWasm(why: string): Promise<EngineInfo> {
  const engine = await useWasm();
  await selfTest('wasm');
  return {...engine, reason: `WebAssembly on 1 CPU thread, ${why}.`};
}
