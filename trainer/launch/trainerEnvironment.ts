import type {EngineConfig} from '../contract/config/config.ts';

/** A training has two operations to do at most times, a prediction of one image has one. */
export type EngineWork = 'train' | 'predict';

/** What a trainer process must know before it starts, because its libraries read it when they are loaded. */
export interface TrainerSetting {
  readonly engine: Pick<EngineConfig, 'name' | 'threads' | 'device'>;
  /** What it is for; left out: predictions. */
  readonly work?: EngineWork;
  /** The one GPU of this process, as CUDA_VISIBLE_DEVICES names it; left out: those of the calling process. */
  readonly gpu?: string;
  /** Folders of libraries that TensorFlow opens by name. */
  readonly libraryFolders?: readonly string[];
}

/**
 * What Node is started with for a trainer: it may collect what it has uploaded, and its young objects take 4 MiB in place of 16. The numbers
 * live in the engine, so that there are few objects: 13 % less memory with wasm and 5 % with TensorFlow, at the same speed.
 */
export const trainerFlags: readonly string[] = ['--expose-gc', '--max-semi-space-size=4'];

/** The environment of a trainer process. What the user has set about logs and memory stays. */
export function trainerEnvironment(
  {engine, work = 'predict', gpu, libraryFolders = []}: TrainerSetting,
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
    // What oneDNN makes of weights and images for one operation goes with it: given back to the system each time, its pages would have to be made and
    // zeroed anew, a tenth of an update and a fifth of a sampling. Weights on their way from a file to the engine share one array that shrinks.
    MALLOC_MMAP_THRESHOLD_: '33554432',
    MALLOC_TRIM_THRESHOLD_: '536870912',
    // Numbers then mean the same GPUs as in nvidia-smi.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    ...base,
    ...(engine.threads !== undefined && tensorflowThreads(engine.threads, work)),
    ...(gpu !== undefined && {CUDA_VISIBLE_DEVICES: gpu}),
    ...(engine.device === 'cpu' && {CUDA_VISIBLE_DEVICES: noGpu}),
    ...(libraryPath !== '' && {LD_LIBRARY_PATH: libraryPath}),
  };
}

/** Threads are of more use to operations side by side than within small ones, which end before a second thread wakes up. */
function tensorflowThreads(threads: number, work: EngineWork) {
  const atOnce = Math.min(2, threads);
  const within = work === 'train' ? Math.ceil(threads / atOnce) : threads;
  return {TF_NUM_INTRAOP_THREADS: String(within), TF_NUM_INTEROP_THREADS: String(atOnce)};
}

/** Value of CUDA_VISIBLE_DEVICES that hides all GPUs. */
export const noGpu = '-1';
