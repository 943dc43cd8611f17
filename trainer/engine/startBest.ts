import type {EngineInfo} from '../contract/engine/engineInfo.ts';
import {UserError} from '../contract/errors.ts';
import {tensorflowState} from './tensorflow/install/installedTensorflow.ts';
import {startTensorflow, startWasm, startWebgpu, type EngineRequest} from './startNamed.ts';
import type {probeAdapter} from './webgpu/probeAdapter.ts';
import {adapterName, isSoftwareAdapter} from './webgpu/softwareAdapter.ts';

/**
 * The first engine that is there and healthy of TensorFlow on a GPU, WebGPU on a GPU, TensorFlow on the CPU and wasm, which always
 * is. The reason says why those before it were passed over, in capitals where one is installed but does not work.
 */
export async function startBest(config: EngineRequest, probe: typeof probeAdapter): Promise<EngineInfo> {
  const {device} = config;
  const passedOver: string[] = [];
  const because = (...reasons: string[]) => `because ${[...reasons, ...passedOver].join(', and ')}`;
  const isHealthy = 'it is installed and healthy';

  const found = await tensorflowState();
  const variant = found.state === 'installed' ? found.installed.record.variant : undefined;
  if (found.state === 'absent') passedOver.push('TensorFlow is not installed (`deme engine install tensorflow`)');
  if (found.state === 'broken') passedOver.push(`TensorFlow is NOT USABLE: ${asClause(found.error.message)}`);
  if (variant === 'cpu' && device === 'gpu') passedOver.push('the CPU build of TensorFlow is installed');
  let mayUseTensorflow = variant !== undefined;
  if (variant === 'cuda' && device !== 'cpu') {
    const tensorflow = await attempt('TensorFlow', () => startTensorflow(config, because(isHealthy)), passedOver);
    if (tensorflow?.device === 'GPU') return tensorflow;
    mayUseTensorflow = tensorflow !== null;
  }
  if (device !== 'cpu' && (await findsGpu(probe, passedOver))) {
    const lacks = mayUseTensorflow ? ['TensorFlow has no GPU here'] : [];
    const webgpu = await attempt('WebGPU', () => startWebgpu(config, because(...lacks)), passedOver);
    if (webgpu !== null) return webgpu;
  }
  if (device === 'gpu') throw noGpu(passedOver);
  if (mayUseTensorflow) {
    // Again even where it was started above: WebGPU may have become the current backend since.
    const tensorflow = await attempt('TensorFlow', () => startTensorflow(config, because(isHealthy)), passedOver);
    if (tensorflow !== null) return tensorflow;
  }
  return startWasm(because());
}

/** Null where the engine does not start; the reason is added to the list. */
async function attempt(
  name: string,
  start: () => Promise<EngineInfo>,
  passedOver: string[],
): Promise<EngineInfo | null> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    passedOver.push(`${name} is installed BUT NOT HEALTHY: ${asClause(error.message)}`);
    return null;
  }
}

/** Whether WebGPU has a GPU and not only a software adapter; if not, the reason is added to the list. */
async function findsGpu(probe: typeof probeAdapter, passedOver: string[]): Promise<boolean> {
  try {
    const adapter = await probe();
    if (adapter !== null && !isSoftwareAdapter(adapter)) return true;
    passedOver.push(
      adapter === null ? 'WebGPU finds no GPU' : `WebGPU finds only ${adapterName(adapter)}, which is no GPU`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    passedOver.push(asClause(error.message));
  }
  return false;
}

function noGpu(passedOver: readonly string[]): UserError {
  return new UserError(
    'gpu-missing',
    `The config asks for a GPU, and no engine has one: ${passedOver.join(', and ')}.`,
    {
      hint: 'Check the driver of the GPU (`nvidia-smi`), run `deme engine install tensorflow --cuda`, or set engine.device to auto or cpu.',
    },
  );
}

/** A sentence as a part of another: `the engine x is not installed` */
function asClause(sentence: string): string {
  return sentence.replace(/^The /, 'the ').replace(/\.$/, '');
}
