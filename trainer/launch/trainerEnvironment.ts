import type {EngineConfig} from '../contract/config.ts';

/** What a trainer process must know before it starts, because its libraries read it when they are loaded. */
export interface TrainerSetting {
  readonly engine: Pick<EngineConfig, 'name' | 'threads' | 'device'>;
  /** The one GPU of this process, as CUDA_VISIBLE_DEVICES names it; left out: those of the calling process. */
  readonly gpu?: string;
  /** Folders of libraries that TensorFlow opens by name. */
  readonly libraryFolders?: readonly string[];
}

/** The environment of a trainer process. What the user has set about logs and memory stays. */
export function trainerEnvironment(
  {engine, gpu, libraryFolders = []}: TrainerSetting,
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const libraryPath = [...libraryFolders, ...(base.LD_LIBRARY_PATH ? [base.LD_LIBRARY_PATH] : [])].join(':');
  return {
    // Without it TensorFlow takes nearly all of a GPU's memory at its start.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_DETERMINISTIC_OPS: '1',
    // glibc gives each thread memory of its own, and what one has freed is of no use to the others.
    MALLOC_ARENA_MAX: '1',
    // Numbers then mean the same GPUs as in nvidia-smi.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    ...base,
    ...(engine.threads !== undefined && {
      TF_NUM_INTRAOP_THREADS: String(engine.threads),
      // One operation at a time, on all threads: its memory is then free before the next one asks for some.
      TF_NUM_INTEROP_THREADS: '1',
    }),
    ...(gpu !== undefined && {CUDA_VISIBLE_DEVICES: gpu}),
    ...(engine.device === 'cpu' && {CUDA_VISIBLE_DEVICES: noGpu}),
    ...(libraryPath !== '' && {LD_LIBRARY_PATH: libraryPath}),
  };
}

/** Value of CUDA_VISIBLE_DEVICES that hides all GPUs. */
export const noGpu = '-1';
