import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {numberText} from '../../numberText.ts';

/** Loss of the base, on the images of the plane; null where it is not measured yet, or is not a finite number. */
export function baseLoss({line: {losses, scales}}: LossPlane): number | null {
  return losses[scales.indexOf(0)] ?? null;
}

/**
 * `-0.413 %`: a loss against that of the base, with the decimals that tell losses apart which differ by `step`. Losses of one plane have
 * their first digits in common. The loss itself where there is no base to compare with.
 */
export function differenceText(loss: number, base: number | null, step: number): string {
  if (base === null || base === 0) return numberText(loss);
  const percent = (value: number) => (100 * value) / Math.abs(base);
  const decimals = step > 0 ? Math.ceil(-Math.log10(percent(step))) : 0;
  const share = percent(loss - base).toFixed(Math.min(10, Math.max(0, decimals)));
  const isNothing = Number(share) === 0;
  return `${isNothing ? '±0' : Number(share) > 0 ? `+${share}` : share} %`;
}
