import type {Precision} from '../../trainer/contract/config/precision.ts';
import type {EngineName} from '../../trainer/contract/engine/engineInfo.ts';

/** One piece of work that both sides do. */
export interface Workload {
  readonly title: string;
  /** `digits`: the bundled model. Others have random weights, see `models.ts`. */
  readonly model:
    'digits' | 'ddpm-cifar10-32' | 'ddpm-ema-church-256' | 'stable-diffusion-v1' | 'stable-diffusion-half';
  readonly kind: 'update' | 'sample';
  readonly batch: number;
  /** Pixels of a side. */
  readonly size: number;
  /** DDIM steps of one sampling. */
  readonly steps: number;
  readonly threads: number;
  /** Processes that do this at the same time. */
  readonly processes: number;
  readonly engines: readonly EngineName[];
  /** The clock of a process is read `chunks` times, after `chunk` updates or samplings each. */
  readonly chunks: number;
  readonly chunk: number;
  /** Compute activations again in the backward pass; left out: no. */
  readonly gradientCheckpointing?: boolean;
  /** Number formats that it is done in, which take turns; left out: f32 alone. */
  readonly variants?: readonly Variant[];
}

/** Number formats of convolutions and matrix products. */
export interface Variant {
  readonly name: string;
  readonly precision: Precision;
  /** Of the frozen original in an update. */
  readonly teacherPrecision: Precision;
}

export const inF32: Variant = {name: 'f32', precision: 'f32', teacherPrecision: 'f32'};
const inBf16: Variant = {name: 'bf16', precision: 'bf16', teacherPrecision: 'bf16'};
const bf16Teacher: Variant = {name: 'bf16 teacher', precision: 'f32', teacherPrecision: 'bf16'};

const digits = {model: 'digits', size: 28, processes: 1} as const;
const cifar = {model: 'ddpm-cifar10-32', size: 32, processes: 1, engines: ['tensorflow']} as const;

const stableDiffusion = {threads: 2, processes: 1, engines: ['tensorflow']} as const;

const update = {kind: 'update', steps: 1} as const;
const digitsUpdate = {...digits, ...update, chunks: 4, chunk: 10} as const;

/** What `npm run bench -- NAME...` measures. */
export const cases: Readonly<Record<string, readonly Workload[]>> = {
  /** The model, batches and sampling of `npm run demo`. */
  demo: [
    ...[2, 1].map((threads): Workload => ({
      ...digitsUpdate,
      title: 'update, batch 64',
      batch: 64,
      threads,
      engines: enginesWith(threads),
    })),
    ...[2, 1].map((threads): Workload => ({
      ...digits,
      title: 'sampling, batch 64, 10 steps',
      kind: 'sample',
      batch: 64,
      steps: 10,
      threads,
      engines: enginesWith(threads),
      chunks: 4,
      chunk: 1,
    })),
  ],
  cifar: [
    ...[2, 1].map((threads): Workload => ({
      ...cifar,
      ...update,
      title: 'update, batch 4',
      batch: 4,
      threads,
      chunks: 2,
      chunk: 2,
      variants: [inF32, inBf16, bf16Teacher],
    })),
    {
      ...cifar,
      title: 'sampling, batch 4, 10 steps',
      kind: 'sample',
      batch: 4,
      steps: 10,
      threads: 2,
      chunks: 2,
      chunk: 1,
      variants: [inF32, inBf16],
    },
  ],
  lsun: [
    {
      title: 'forward pass, batch 1, 64x64',
      model: 'ddpm-ema-church-256',
      kind: 'sample',
      batch: 1,
      size: 64,
      steps: 1,
      threads: 2,
      processes: 1,
      engines: ['tensorflow'],
      chunks: 5,
      chunk: 1,
    },
  ],
  'sd-unet': [1, 2].map((batch) => ({
    ...stableDiffusion,
    title: `forward pass, batch ${batch}, 64x64`,
    model: 'stable-diffusion-v1',
    kind: 'sample',
    batch,
    size: 64,
    steps: 1,
    chunks: 3,
    chunk: 1,
  })),
  'sd-update': [true, false].map((gradientCheckpointing) => ({
    ...stableDiffusion,
    ...update,
    title: `update at half the width, batch 1, 32x32${gradientCheckpointing ? ', checkpointing' : ''}`,
    model: 'stable-diffusion-half',
    batch: 1,
    size: 32,
    chunks: 2,
    chunk: 1,
    gradientCheckpointing,
  })),
  batch: [4, 16, 64].map((batch) => ({
    ...digitsUpdate,
    title: `update, batch ${batch}`,
    batch,
    threads: 2,
    engines: ['tensorflow'],
  })),
  experts: [1, 2, 4].map((processes) => ({
    ...digitsUpdate,
    title: `update, batch 32, ${processes} ${processes === 1 ? 'expert' : 'experts at once'}`,
    batch: 32,
    threads: Math.max(1, 2 / processes),
    processes,
    engines: ['tensorflow'],
  })),
};

/** WebAssembly has one thread. */
function enginesWith(threads: number): EngineName[] {
  return threads === 1 ? ['tensorflow', 'wasm'] : ['tensorflow'];
}
