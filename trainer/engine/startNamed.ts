import type {EngineConfig} from '../contract/config/config.ts';
import type {AskedEngine} from '../contract/engine/askedEngine.ts';
import type {EngineInfo} from '../contract/engine/engineInfo.ts';
import type {EngineWork} from '../launch/trainerEnvironment.ts';
import {selfTest} from './selfTest.ts';
import {useTensorflow} from './tensorflow/tensorflowEngine.ts';
import {useWasm} from './wasm/wasmEngine.ts';
import {useWebgpu} from './webgpu/webgpuEngine.ts';

/** The engine that is wanted, and what for. */
export type EngineRequest = AskedEngine & {readonly work?: EngineWork};

// Each makes its engine the current backend and lets it pass the self test. `why` ends the reason that the user reads.

export async function startTensorflow(config: EngineRequest, why: string): Promise<EngineInfo> {
  const {warning, ...engine} = await useTensorflow(config);
  await selfTest('tensorflow');
  const where = `${engine.threads} CPU ${engine.threads === 1 ? 'thread' : 'threads'}`;
  const reason = `TensorFlow ${engine.version} on ${engine.device === 'GPU' ? 'the GPU' : where}, ${why}${warning ? `. NOTE: ${warning}` : ''}.`;
  return {...engine, reason};
}

export async function startWebgpu(config: EngineConfig, why: string): Promise<EngineInfo> {
  const engine = await useWebgpu(config);
  await selfTest('webgpu');
  const software = engine.device === 'CPU' ? ' (SOFTWARE, no GPU: for tests only)' : '';
  return {...engine, reason: `WebGPU ${engine.version} on ${engine.adapter}${software}, ${why}.`};
}

export async function startWasm(why: string): Promise<EngineInfo> {
  const engine = await useWasm();
  await selfTest('wasm');
  return {...engine, reason: `WebAssembly on 1 CPU thread, ${why}.`};
}
