import {configRanges} from '../../trainer/contract/run/pipeline.ts';
import type {Run} from './run.ts';

/** The timesteps [low, high) of an expert of the run; null where they are not known. */
export function expertRange({config: {config}, timesteps}: Run, index: number): readonly [number, number] | null {
  return config.experts?.[index]?.range ?? configRanges(config, timesteps)?.[index] ?? null;
}
