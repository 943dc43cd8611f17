import type {InceptionDimension} from '../../contract/model/featureNetwork.ts';

/** A convolution without bias, then batch normalisation and ReLU. */
export interface InceptionConv {
  readonly name: string;
  readonly out: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: 1 | 2;
  readonly pad: 'same' | 'valid';
}

/** 3x3 pools: the mean, which leaves the padding out of its divisor, the maximum with stride 1, and the one with stride 2 and no padding. */
type Pool = 'mean' | 'max' | 'halvingMax';
/** Convolutions of the same input, joined. */
interface Fork {
  readonly fork: readonly InceptionConv[];
}
export type InceptionStep = InceptionConv | Pool | Fork;
/** Branches of the same input, whose channels are joined. */
export interface InceptionBlock {
  readonly name: string;
  readonly branches: readonly (readonly InceptionStep[])[];
}
/** What lies between two taps, where features can be taken as means over space. */
export interface InceptionStage {
  readonly dimension: InceptionDimension;
  readonly blocks: readonly InceptionBlock[];
}

function conv(name: string, out: number, height = 1, width = height): InceptionConv {
  return {name, out, kernel: [height, width], stride: 1, pad: 'same'};
}

/** 3x3 with stride 2. */
function halving(name: string, out: number): InceptionConv {
  return {name, out, kernel: [3, 3], stride: 2, pad: 'valid'};
}

function single(step: InceptionStep): InceptionBlock {
  return {name: '', branches: [[step]]};
}

function blockA(name: string, pool: number): InceptionBlock {
  const branches = [
    [conv('branch1x1', 64)],
    [conv('branch5x5_1', 48), conv('branch5x5_2', 64, 5)],
    [conv('branch3x3dbl_1', 64), conv('branch3x3dbl_2', 96, 3), conv('branch3x3dbl_3', 96, 3)],
    ['mean' as const, conv('branch_pool', pool)],
  ];
  return {name, branches};
}

function blockB(name: string): InceptionBlock {
  const branches = [
    [halving('branch3x3', 384)],
    [conv('branch3x3dbl_1', 64), conv('branch3x3dbl_2', 96, 3), halving('branch3x3dbl_3', 96)],
    ['halvingMax' as const],
  ];
  return {name, branches};
}

function blockC(name: string, inner: number): InceptionBlock {
  const branches = [
    [conv('branch1x1', 192)],
    [conv('branch7x7_1', inner), conv('branch7x7_2', inner, 1, 7), conv('branch7x7_3', 192, 7, 1)],
    [
      conv('branch7x7dbl_1', inner),
      conv('branch7x7dbl_2', inner, 7, 1),
      conv('branch7x7dbl_3', inner, 1, 7),
      conv('branch7x7dbl_4', inner, 7, 1),
      conv('branch7x7dbl_5', 192, 1, 7),
    ],
    ['mean' as const, conv('branch_pool', 192)],
  ];
  return {name, branches};
}

function blockD(name: string): InceptionBlock {
  const branches = [
    [conv('branch3x3_1', 192), halving('branch3x3_2', 320)],
    [
      conv('branch7x7x3_1', 192),
      conv('branch7x7x3_2', 192, 1, 7),
      conv('branch7x7x3_3', 192, 7, 1),
      halving('branch7x7x3_4', 192),
    ],
    ['halvingMax' as const],
  ];
  return {name, branches};
}

function blockE(name: string, pool: 'mean' | 'max'): InceptionBlock {
  const fork = (branch: string) => ({fork: [conv(`${branch}a`, 384, 1, 3), conv(`${branch}b`, 384, 3, 1)]});
  const branches = [
    [conv('branch1x1', 320)],
    [conv('branch3x3_1', 384), fork('branch3x3_2')],
    [conv('branch3x3dbl_1', 448), conv('branch3x3dbl_2', 384, 3), fork('branch3x3dbl_3')],
    [pool, conv('branch_pool', 192)],
  ];
  return {name, branches};
}

/**
 * Inception v3 (Szegedy et al. 2016) as TensorFlow exported it in 2015 and FID is defined by it (Heusel et al. 2017), under torchvision's names. Against
 * torchvision's: means leave the padding out, and the last block takes a maximum.
 */
export const inceptionStages: readonly InceptionStage[] = [
  {
    dimension: 64,
    blocks: [
      single(halving('Conv2d_1a_3x3', 32)),
      single({...conv('Conv2d_2a_3x3', 32, 3), pad: 'valid'}),
      single(conv('Conv2d_2b_3x3', 64, 3)),
      single('halvingMax'),
    ],
  },
  {
    dimension: 192,
    blocks: [
      single(conv('Conv2d_3b_1x1', 80)),
      single({...conv('Conv2d_4a_3x3', 192, 3), pad: 'valid'}),
      single('halvingMax'),
    ],
  },
  {
    dimension: 768,
    blocks: [
      blockA('Mixed_5b', 32),
      blockA('Mixed_5c', 64),
      blockA('Mixed_5d', 64),
      blockB('Mixed_6a'),
      blockC('Mixed_6b', 128),
      blockC('Mixed_6c', 160),
      blockC('Mixed_6d', 160),
      blockC('Mixed_6e', 192),
    ],
  },
  {dimension: 2048, blocks: [blockD('Mixed_7a'), blockE('Mixed_7b', 'mean'), blockE('Mixed_7c', 'max')]},
];
