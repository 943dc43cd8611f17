import type {EngineConfig} from '../../contract/config/config.ts';
import {cudaFolders} from '../../engine/tensorflow/install/cudaLibraries.ts';
import {findInstalled} from '../../engine/tensorflow/install/installedTensorflow.ts';
import {nvidiaGpus, visibleGpus} from '../../launch/nvidiaGpus.ts';

/** What the processes of a run need to find CUDA. */
export interface CudaSetting {
  /** GPUs that CUDA may use, as values for CUDA_VISIBLE_DEVICES. */
  readonly gpus: readonly string[];
  /** Folders of NVIDIA's libraries, some of which open one another by name. */
  readonly libraryFolders: readonly string[];
}

/** Empty unless the engine may be TensorFlow's CUDA build on a GPU: then there is no wait for the NVIDIA driver. */
export async function cudaSetting({name, device}: Pick<EngineConfig, 'name' | 'device'>): Promise<CudaSetting> {
  const none = {gpus: [], libraryFolders: []};
  if ((name !== 'tensorflow' && name !== 'auto') || device === 'cpu') return none;
  const installed = await findInstalled();
  if (installed?.record.variant !== 'cuda') return none;
  return {gpus: visibleGpus(await nvidiaGpus()), libraryFolders: await cudaFolders(installed.folder.library)};
}
