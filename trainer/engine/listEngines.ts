import type {EngineName} from '../contract/engine/engineInfo.ts';
import type {EngineStatus} from '../contract/engine/engineStatus.ts';
import {UserError} from '../contract/errors.ts';
import {gigabytes} from '../contract/gigabytes.ts';
import {librarySizes} from './tensorflow/install/fetchLibrary.ts';
import {tensorflowState} from './tensorflow/install/installedTensorflow.ts';
import {probeAddon} from './tensorflow/install/probeAddon.ts';
import {startEngine} from './startEngine.ts';
import {findDawn} from './webgpu/dawnPackage.ts';
import {noAdapter} from './webgpu/openDevice.ts';
import {probeAdapter} from './webgpu/probeAdapter.ts';
import {adapterName, isSoftwareAdapter} from './webgpu/softwareAdapter.ts';

/** All engines. TensorFlow and WebGPU are only loaded, each in a process of its own; `testEngine` also has them compute. */
export async function listEngines(): Promise<EngineStatus[]> {
  return [...(await Promise.all([tensorflowStatus(), webgpuStatus()])), await testEngine('wasm')];
}

/** Starts an engine in this process, where it stays the current one, and has it pass the self test. */
export async function testEngine(name: EngineName): Promise<EngineStatus> {
  try {
    const {version, device, reason} = await startEngine({name, allowSoftware: true});
    return {name, installed: true, healthy: true, version, device, note: reason};
  } catch (error) {
    return unhealthy(name, error);
  }
}

async function tensorflowStatus(): Promise<EngineStatus> {
  const found = await tensorflowState();
  if (found.state === 'absent') {
    const [cpu, cuda] = [librarySizes.cpu, librarySizes.cuda].map(({download}) => gigabytes(download));
    const note = `Not installed: \`deme engine install tensorflow\` fetches it by pip (about ${cpu}, ${cuda} with CUDA).`;
    return {name: 'tensorflow', installed: false, healthy: false, version: null, device: null, note};
  }
  if (found.state === 'broken') return unhealthy('tensorflow', found.error);
  const {record, folder} = found.installed;
  try {
    const {version, gpu} = await probeAddon(folder.addon);
    const note = `${record.variant === 'cuda' ? 'CUDA' : 'CPU'} build in ${folder.root}`;
    const lost = record.variant === 'cuda' && !gpu ? '; it found NO USABLE GPU and computes on the CPU' : '';
    return {
      name: 'tensorflow',
      installed: true,
      healthy: true,
      version,
      device: gpu ? 'GPU' : 'CPU',
      note: `${note}${lost}.`,
    };
  } catch (error) {
    return unhealthy('tensorflow', error);
  }
}

async function webgpuStatus(): Promise<EngineStatus> {
  try {
    const {version} = findDawn();
    const adapter = await probeAdapter();
    if (adapter === null) throw noAdapter();
    const isSoftware = isSoftwareAdapter(adapter);
    const note = `${adapterName(adapter)}${isSoftware ? ': SOFTWARE, no GPU, refused unless engine.allowSoftware is set' : ''}.`;
    return {name: 'webgpu', installed: true, healthy: true, version, device: isSoftware ? 'CPU' : 'GPU', note};
  } catch (error) {
    return unhealthy('webgpu', error);
  }
}

function unhealthy(name: EngineName, error: unknown): EngineStatus {
  if (!(error instanceof UserError)) throw error;
  const installed = error.code !== 'engine-missing';
  return {name, installed, healthy: false, version: null, device: null, note: error.line};
}
