import type {EngineInfo, EngineName} from '../contract/engineInfo.ts';
import {UserError} from '../contract/errors.ts';
import {findInstalled} from './install.ts';
import {probeAddon} from './probeAddon.ts';
import {startEngine} from './startEngine.ts';

export interface EngineStatus {
  name: EngineName;
  installed: boolean;
  healthy: boolean;
  /** Null when it is not known, as for an engine that does not load. */
  version: string | null;
  device: EngineInfo['device'] | null;
  /** For the user: where it is, what is wrong, what to do. */
  note: string;
}

/** All engines. TensorFlow is only loaded, in a process of its own; `checkEngine` also has it compute. */
export async function listEngines(): Promise<EngineStatus[]> {
  return [await tensorflowStatus(), await checkEngine('wasm')];
}

/** Starts an engine in this process, where it stays the current one, and has it pass the self test. */
export async function checkEngine(name: EngineName): Promise<EngineStatus> {
  try {
    const {version, device, reason} = await startEngine({name});
    return {name, installed: true, healthy: true, version, device, note: reason};
  } catch (error) {
    return unhealthy(name, error);
  }
}

async function tensorflowStatus(): Promise<EngineStatus> {
  const found = await findInstalled();
  if (!found) {
    const note = 'Not installed: `deme engine install tensorflow` fetches it by pip (about 300 MB, 1.5 GB for a GPU).';
    return {name: 'tensorflow', installed: false, healthy: false, version: null, device: null, note};
  }
  try {
    const {version, gpu} = await probeAddon(found.folder.addon);
    const note = `${found.record.variant === 'cuda' ? 'CUDA' : 'CPU'} build in ${found.folder.root}`;
    const lost = found.record.variant === 'cuda' && !gpu ? '; it found NO USABLE GPU and computes on the CPU' : '';
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

function unhealthy(name: EngineName, error: unknown): EngineStatus {
  if (!(error instanceof UserError)) throw error;
  const installed = error.code !== 'engine-missing';
  return {name, installed, healthy: false, version: null, device: null, note: error.line};
}
