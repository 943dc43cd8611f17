import type {LossWeighting} from '../contract/config/lossWeighting.ts';
import {alphaCumprod, type NoiseSchedule} from './schedule.ts';

/** The weightings with their settings, by kind. */
type Weightings = {[W in LossWeighting as Exclude<W['kind'], 'none' | 'uncertainty'>]: W};
type Kind = keyof Weightings;

/**
 * Weight of the squared error of x_0 as a function of the signal-to-noise ratio SNR = ᾱ / (1 - ᾱ), which is how the papers compare
 * weightings whatever the network predicts. `none` is not among them: it leaves the error of the prediction itself as it is; nor is `uncertainty`,
 * whose weights are no function of the noise level but are learned (train/uncertaintyWeights).
 *
 * - min-snr: min(SNR, γ). Hang et al. 2023, "Efficient Diffusion Training via Min-SNR Weighting Strategy" (arXiv 2303.09556), section 3.4.
 * - p2: SNR / (k + SNR)^γ, which is 1 / (k + SNR)^γ on the error of ε. Choi et al. 2022, "Perception Prioritized Training of Diffusion
 *   Models" (arXiv 2204.00227), section 3.
 * - snr+1: SNR + 1, and truncated-snr: max(SNR, 1). Salimans and Ho 2022, "Progressive Distillation" (arXiv 2202.00512), section 4.
 * - debiased: sqrt(SNR), which is 1 / sqrt(SNR) on the error of ε. Yu et al. 2023, "Debias the Training of Diffusion Models"
 *   (arXiv 2310.08442).
 */
export const originalWeights: {readonly [K in Kind]: (snr: number, settings: Weightings[K]) => number} = {
  'min-snr': (snr, {gamma}) => Math.min(snr, gamma),
  p2: (snr, {k, gamma}) => snr / (k + snr) ** gamma,
  'snr+1': (snr) => snr + 1,
  'truncated-snr': (snr) => Math.max(snr, 1),
  debiased: (snr) => Math.sqrt(snr),
};

/** Where a schedule ends in pure noise or begins without any, SNR is 0 or infinite; the multipliers there are limits of finite ones. */
const smallestSnr = 1e-12;
const largestSnr = 1e12;

/**
 * What the squared error of a prediction at a timestep is to be multiplied by. With w the weight of the error of x_0 that is w / SNR for ε,
 * w / (SNR + 1) for v, and w for x_0: ||ε̂ - ε||² = SNR ||x̂_0 - x_0||², and ||v̂ - v||² = (SNR + 1) ||x̂_0 - x_0||². 1 for learned weights.
 */
export function lossMultiplier(schedule: NoiseSchedule, weighting: LossWeighting, timestep: number): number {
  if (weighting.kind === 'none' || weighting.kind === 'uncertainty') return 1;
  const alpha = alphaCumprod(schedule, timestep);
  const snr = Math.min(largestSnr, Math.max(smallestSnr, alpha / (1 - alpha)));
  const weight = originalWeight(weighting.kind, weighting, snr) / errorRatio(schedule.settings.prediction_type, snr);
  return Math.min(weight, weighting.max ?? Infinity);
}

function originalWeight<K extends Kind>(kind: K, settings: Weightings[K], snr: number): number {
  return originalWeights[kind](snr, settings);
}

/** The squared error of a prediction over that of the x_0 which follows from it. */
function errorRatio(predictionType: string, snr: number): number {
  if (predictionType === 'epsilon') return snr;
  return predictionType === 'sample' ? 1 : snr + 1;
}
