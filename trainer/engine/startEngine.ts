import './gradients.ts';
import type {EngineInfo} from '../contract/engine/engineInfo.ts';
import {UserError} from '../contract/errors.ts';
import {requireSingleCore} from './tensorflow/singleCore.ts';
import {startBest} from './startBest.ts';
import {startTensorflow, startWasm, startWebgpu, type EngineRequest} from './startNamed.ts';
import {probeAdapter} from './webgpu/probeAdapter.ts';

/**
 * Starts the engine that a config asks for, makes it the current backend and lets it pass the self test. `auto` takes the best
 * that is there, and `reason` says which and why. A named engine is never exchanged for another, nor a device that is asked for.
 */
export async function startEngine(config: EngineRequest, probe = probeAdapter): Promise<EngineInfo> {
  requireSingleCore();
  const engine = await start(config, probe);
  const {device = 'auto'} = config;
  if (device === 'auto' || device === engine.device.toLowerCase()) return engine;
  const wanted = device === 'gpu' ? 'a GPU' : 'the CPU';
  throw new UserError(
    `${device}-missing`,
    `The config asks for ${wanted}, and this is something else: ${engine.reason}`,
    {
      hint: 'Choose another engine, or set engine.device to auto.',
    },
  );
}

function start(config: EngineRequest, probe: typeof probeAdapter): Promise<EngineInfo> {
  const {why = 'as asked for'} = config;
  switch (config.name) {
    case 'tensorflow':
      return startTensorflow(config, why);
    case 'webgpu':
      return startWebgpu(config, why);
    case 'wasm':
      return startWasm(why);
    case 'auto':
      return startBest(config, probe);
  }
}
