import type {LearningRateConfig} from '../contract/config/training.ts';

/** Learning rate of update `update` (from 0) of `updates`: linear warm-up from zero, then the named shape from peak to peak * final. */
export function learningRateAt(config: LearningRateConfig, peak: number, update: number, updates: number): number {
  if (update < config.warmup) return (peak * (update + 1)) / (config.warmup + 1);
  const span = Math.max(1, updates - config.warmup);
  const progress = Math.min(1, (update - config.warmup) / span);
  return peak * (config.final + (1 - config.final) * shape(config, progress));
}

/** 1 at progress 0; all but `constant` reach 0 at progress 1. */
function shape(config: LearningRateConfig, progress: number): number {
  switch (config.kind) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return 0.5 * (1 + Math.cos(Math.PI * progress));
    case 'polynomial':
      return (1 - progress) ** config.power;
  }
}
