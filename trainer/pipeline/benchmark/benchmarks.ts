import type {BenchmarkName} from '../../contract/benchmark/benchmarkPlan.ts';
import type {ConfigChange} from '../../contract/config/yaml/changedYaml.ts';

/** A file or folder that a user puts there. */
export interface BenchmarkSource {
  readonly what: string;
  readonly from: string;
}

/** Where the texts are that the images of a benchmark are drawn for. */
export interface BenchmarkPrompts extends BenchmarkSource {
  /** Relative to the folder of the benchmark. */
  readonly file: string;
  /** Left out: a text in each line. */
  readonly column?: string;
  /** How many there are. */
  readonly count: number;
  /** Images are drawn for this sentence with each text in place of its `{}`. */
  readonly template?: string;
}

/** A preset, and what makes a benchmark of it. */
export interface Benchmark {
  readonly about: string;
  /** Config file below media. */
  readonly preset: string;
  /** Of the network with projections, for a base that is not there yet. */
  readonly parameters: number;
  /** Settings that differ from the preset. */
  readonly changes: readonly ConfigChange[];
  /** `files`: where they lie as images, parquet or tar files, relative to the folder of the benchmark; left out for one format only. */
  readonly data: BenchmarkSource & {readonly files?: string};
  /** Where images and texts are encoded before a training. */
  readonly encoded?: {
    readonly images: number;
    /** Numbers that are kept of each, with its text, for a base that is not there yet. */
    readonly numbers: number;
  };
  readonly prompts?: BenchmarkPrompts;
  /** What Inception compares images with, where that is not the test images of the data. */
  readonly reference?: BenchmarkSource & {readonly file: string};
  /** What the paper leaves open about the measurement; about the training, the preset says it at each setting. */
  readonly ours: readonly string[];
}

const evaluate = (key: string, value: unknown): ConfigChange => ({path: ['evaluate', key], value});
const ordinary: ConfigChange = {path: ['ordinary'], value: true};
const diffusionParameters = 868_736_964;
// Mean and deviation of 4 x 64 x 64 latents, and 77 states of 768 numbers.
const encoded = {images: 212_776, numbers: 2 * 4 * 64 * 64 + 77 * 768};
const laion: Benchmark['data'] = {
  what: 'LAION-Aesthetics V2 6.5+ subset of BK-SDM: images with captions, 212,776 pairs: tar or parquet files, or a folder with metadata.csv',
  from: 'github.com/Nota-NetsPresso/BK-SDM, scripts/get_laion_data.sh',
  files: 'data/laion-aesthetics-6.5',
};

const unconditional = {
  parameters: 115_311_619,
  changes: [ordinary, evaluate('features', ['inception']), evaluate('samples', 50_000)],
  ours: [
    'The paper does not name the sampler of its table 1: DDIM, as the released script for LSUN Church has it.',
    'It does not say which images the FID compares with: the test images of the config, which no training has seen.',
  ],
};

const digitsSearch = {
  objective: 'frechet',
  images: 2000,
  timesteps: 1,
  budget: 61,
  sampling: {sampler: 'ddim', steps: 10, batch: 128},
  race: {first: 512, samples: 4096, reference: 10_000},
  test: {samples: 2048},
};

/** Of each benchmark of the paper, and of the one that runs offline. */
export const benchmarks: Readonly<Record<BenchmarkName, Benchmark>> = {
  cifar10: {
    ...unconditional,
    about: 'CIFAR-10, 32 x 32, google/ddpm-cifar10-32: FID of 50,000 images',
    preset: 'presets/cifar10.deme.yaml',
    parameters: 36_237_827,
    changes: [...unconditional.changes, {path: ['data', 'test'], value: 10_000}],
    data: {
      what: 'CIFAR-10, binary version (170 MB): data_batch_1.bin to data_batch_5.bin and test_batch.bin',
      from: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz, unpacked',
    },
  },
  'lsun-church': {
    ...unconditional,
    about: 'LSUN Church, 256 x 256, google/ddpm-ema-church-256: FID of 50,000 images',
    preset: 'presets/lsun-church.deme.yaml',
    data: {
      what: 'LSUN church_outdoor, 126,227 training images (2.3 GB): parquet files, or a folder of images',
      from: 'http://dl.yf.io/lsun/scenes/church_outdoor_train_lmdb.zip, its images exported',
      files: 'data/lsun-church',
    },
  },
  'lsun-bedroom': {
    ...unconditional,
    about: 'LSUN Bedroom, 256 x 256, google/ddpm-ema-bedroom-256: FID of 50,000 images',
    preset: 'presets/lsun-bedroom.deme.yaml',
    data: {
      what: 'LSUN bedroom, or a part of it (4.7 GB for 10 %): parquet files, or a folder of images',
      from: 'https://huggingface.co/datasets/pcuenq/lsun-bedrooms, its parquet files',
      files: 'data/lsun-bedroom',
    },
  },
  'sd-coco30k': {
    about: 'Stable Diffusion v1.4 on 30,000 captions of COCO val2014: FID and CLIP score',
    preset: 'presets/sd-coco30k.deme.yaml',
    parameters: diffusionParameters,
    changes: [ordinary, evaluate('features', ['inception', 'clip']), evaluate('samples', 30_000)],
    data: laion,
    encoded,
    prompts: {
      what: 'list of 30,000 captions of COCO val2014, as BK-SDM has it: a table with the columns file_name and text',
      from: 'metadata.csv of mscoco_val2014_30k (github.com/Nota-NetsPresso/BK-SDM)',
      file: 'data/coco-val2014-30k.csv',
      column: 'text',
      count: 30_000,
    },
    reference: {
      what: 'Inception statistics of the 40,504 images of COCO val2014 at 256 x 256, or a folder of these images',
      from: 'real_im256.npz of mscoco_val2014_41k_full (github.com/Nota-NetsPresso/BK-SDM)',
      file: 'data/coco-val2014-256.npz',
    },
    ours: [
      'The paper does not say sampler, steps and guidance: those of BK-SDM are used, whose protocol it follows.',
      'Images are measured at 512 x 512, without the reduction to 256 x 256 of BK-SDM.',
      'Images are seeded one by one, not by one generator for the whole list, so that they can be drawn in parts.',
    ],
  },
  'sd-imagenet1k': {
    about: 'Stable Diffusion v1.4 on the 1,000 classes of ImageNet: FID and CLIP score',
    preset: 'presets/sd-imagenet1k.deme.yaml',
    parameters: diffusionParameters,
    changes: [ordinary, evaluate('features', ['inception', 'clip']), evaluate('samples', 50_000)],
    data: laion,
    encoded,
    prompts: {
      what: 'list of the 1,000 classes of ImageNet, a name in each line',
      from: 'https://raw.githubusercontent.com/pytorch/hub/master/imagenet_classes.txt',
      file: 'data/imagenet-classes.txt',
      template: 'a photo of a {}',
      count: 1000,
    },
    reference: {
      what: 'Inception statistics of ImageNet at 256 x 256, of the ADM evaluator (2 GB)',
      from: 'https://openaipublic.blob.core.windows.net/diffusion/jul-2021/ref_batches/imagenet/256/VIRTUAL_imagenet256_labeled.npz',
      file: 'data/VIRTUAL_imagenet256_labeled.npz',
    },
    ours: [
      'The paper says neither prompts nor images nor reference: "a photo of a {class}", 50 images of each class, against the statistics of the ADM evaluator.',
      'Sampler, steps and guidance are those of COCO 30K.',
    ],
  },
  'sd-partiprompts': {
    about: 'Stable Diffusion v1.4 on the 1,632 texts of PartiPrompts: CLIP score',
    preset: 'presets/sd-partiprompts.deme.yaml',
    parameters: diffusionParameters,
    changes: [ordinary, evaluate('features', ['clip']), evaluate('samples', 1632)],
    data: laion,
    encoded,
    prompts: {
      what: 'PartiPrompts.tsv (123 kB), a table with the column Prompt',
      from: 'https://raw.githubusercontent.com/google-research/parti/main/PartiPrompts.tsv',
      file: 'data/PartiPrompts.tsv',
      column: 'Prompt',
      count: 1632,
    },
    ours: [
      'The paper does not say how many images are drawn for each text: one.',
      'Sampler, steps and guidance are those of COCO 30K.',
    ],
  },
  digits: {
    about: 'MNIST digits, 28 x 28, the bundled model: offline, on any computer',
    preset: 'digits/demo-full.deme.yaml',
    parameters: 60_000,
    changes: [
      // By loss the merged model draws worse images than its base: see media/docs/effect.md.
      {path: ['merge', 'search'], value: digitsSearch},
      evaluate('samples', 10_000),
      {path: ['output'], value: undefined},
      {path: ['report'], value: undefined},
    ],
    data: {what: '70,000 MNIST digits', from: 'they are installed with DeMe Studio'},
    ours: ['No part of the paper: all its settings are ours, and so is the feature network, a digit classifier.'],
  },
};
