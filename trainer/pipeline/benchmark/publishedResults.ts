import type {BenchmarkName} from '../../contract/benchmark/benchmarkPlan.ts';
import type {PublishedRow} from '../../contract/benchmark/benchmarkResult.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';

// Decouple-Then-Merge, CVPR 2025, tables 1 and 2; BK-SDM and the DDPM paper where they measured the same base.

const paper = 'Decouple-Then-Merge, CVPR 2025';
const methods = [
  'before finetuning',
  'SNR+1',
  'Trun-SNR',
  'Min-SNR-γ',
  'P2 weighting',
  'ANT-NashMTL',
  'ANT-UW',
  'DeMe ensemble',
  'DeMe merged',
] as const;

type Score = PublishedRow['score'];

/** A column of a table of the paper: a value for each of its methods. */
function column(table: 1 | 2, name: string, score: Score, protocol: string, values: readonly number[]): PublishedRow[] {
  return methods.map((method, i) => ({
    method,
    score,
    value: values[i] ?? NaN,
    source: `${paper}, table ${table}, ${name}`,
    protocol: `${protocol}; ${updatesOf(method)}`,
  }));
}

function updatesOf(method: (typeof methods)[number]): string {
  if (method === 'before finetuning') return 'no updates';
  return method.startsWith('DeMe') ? '20K x 4 updates' : '80K updates';
}

const drawn = '50,000 images; sampler, steps and reference images are not stated';
const churchDrawn = '50,000 images; the released script draws with DDIM, 50 steps, and measures with pytorch-fid 0.3.0';
const coco = 'COCO 30K; sampler, steps and guidance are not stated';
const clip = 'CLIP ViT-g/14';
const imagenet = 'ImageNet 1K; prompts, images and reference are not stated';
const parti = 'PartiPrompts; images for each prompt, sampler and steps are not stated';
/** The weights, by their names among the feature weights, of the networks that these numbers were measured by. */
export const publishedWeights: Readonly<Partial<Record<FeatureNetworkName, string>>> = {
  inception: 'inception',
  clip: 'clip-vit-g-14',
};
const bkSdm = 'BK-SDM, its table of Stable Diffusion v1.4';
const bkProtocol = 'COCO 30K, PNDM, 25 steps, guidance 7.5, 256 x 256';
const ddpm = 'Ho, Jain & Abbeel 2020 (DDPM), captions of its figures';

/** What has been published for the model and data of each benchmark, each number with where it stands and how it was measured. */
export const publishedResults: Readonly<Record<BenchmarkName, readonly PublishedRow[]>> = {
  cifar10: column(1, 'CIFAR10', 'FID', drawn, [4.42, 5.41, 4.49, 5.77, 5.63, 4.24, 4.21, 3.79, 3.51]),
  'lsun-church': [
    ...column(1, 'LSUN-Church', 'FID', churchDrawn, [10.69, 10.8, 10.81, 10.82, 10.77, 10.45, 10.43, 9.57, 7.27]),
    {method: 'base', score: 'FID', value: 7.89, source: ddpm, protocol: 'ancestral sampling, 1,000 steps'},
  ],
  'lsun-bedroom': [
    ...column(1, 'LSUN-Bedroom', 'FID', drawn, [6.46, 6.41, 6.42, 6.41, 6.53, 6.43, 6.48, 5.87, 5.84]),
    {
      method: 'base, a larger model',
      score: 'FID',
      value: 4.9,
      source: ddpm,
      protocol: 'ancestral sampling, 1,000 steps',
    },
  ],
  'sd-coco30k': [
    ...column(2, 'COCO', 'FID', coco, [13.42, 13.92, 13.93, 13.92, 13.23, 13.39, 13.17, 12.78, 13.06]),
    ...column(
      2,
      'COCO',
      'CLIP score',
      `${coco}; ${clip}`,
      [29.88, 29.96, 29.95, 29.93, 29.93, 29.81, 29.94, 29.85, 30.11],
    ),
    {method: 'base', score: 'FID', value: 13.05, source: bkSdm, protocol: bkProtocol},
    {method: 'base', score: 'inception score', value: 36.76, source: bkSdm, protocol: bkProtocol},
    {method: 'base', score: 'CLIP score', value: 29.58, source: bkSdm, protocol: `${bkProtocol}; ${clip}, times 100`},
  ],
  'sd-imagenet1k': [
    ...column(2, 'ImageNet', 'FID', imagenet, [27.62, 27.56, 27.6, 27.59, 26.92, 27.41, 26.91, 26.36, 27.23]),
    ...column(
      2,
      'ImageNet',
      'CLIP score',
      `${imagenet}; ${clip}`,
      [27.07, 27.03, 27.05, 27.02, 26.44, 26.99, 26.78, 26.9, 27.09],
    ),
  ],
  'sd-partiprompts': column(
    2,
    'PartiPrompts',
    'CLIP score',
    `${parti}; ${clip}`,
    [29.78, 29.86, 29.85, 29.87, 29.5, 29.9, 29.98, 30.02, 29.98],
  ),
  digits: [],
};
