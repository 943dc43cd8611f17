import type {EmaConfig} from '../contract/config/training.ts';

/**
 * Decay of EMA update number `update` (from 1), the warm-up form of diffusers' EMAModel with inverse gamma 1:
 * min(maxDecay, 1 - (1 + k)^-power) with k = update - 1. The first update has decay 0: it copies the weights.
 */
export function emaDecay(config: EmaConfig, update: number): number {
  const k = update - 1;
  return k <= 0 ? 0 : Math.min(config.maxDecay, 1 - (1 + k) ** -config.power);
}
