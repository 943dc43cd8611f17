import type {TrainingNeeds} from '../../../trainer/pipeline/resources/memoryEstimate.ts';
import {variedUNets} from '../models/variedUNets.ts';

/** An expert of ddpm-cifar10-32 with default settings, one image at a time. */
export const cifarExpert: TrainingNeeds = {
  unetConfig: variedUNets.cifar,
  size: [32, 32],
  batch: 1,
  accumulation: 1,
  gradientCheckpointing: false,
  dropout: false,
  ema: true,
  teacher: true,
  projections: true,
};
