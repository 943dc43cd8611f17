import type {BaselineConfig} from '../../contract/config/baselines.ts';

/**
 * The loss weightings that Decouple-Then-Merge compares with (CVPR 2025, tables 1 and 2), with the usual settings of each, which the paper does
 * not say. Two grow without bound towards pure noise, to 24,778 on the linear schedule, and are cut at 100.
 */
export const paperBaselines: Readonly<Record<string, BaselineConfig>> = {
  snr1: {lossWeighting: {kind: 'snr+1', max: 100}},
  'trun-snr': {lossWeighting: {kind: 'truncated-snr', max: 100}},
  'min-snr': {lossWeighting: {kind: 'min-snr', gamma: 5}},
  p2: {lossWeighting: {kind: 'p2', k: 1, gamma: 1}},
  'ant-uw': {lossWeighting: {kind: 'uncertainty', clusters: 5, learningRate: 0.025}},
};

/** What a benchmark with baselines has to say of them. */
export const baselinesOurs =
  'Settings of the baselines are the usual ones: γ = 5; k = 1, γ = 1; 5 clusters; multipliers above 100 are cut.';
