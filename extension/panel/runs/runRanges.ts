import {reportRanges} from '../../../trainer/contract/overview/reportRanges.ts';
import {configRanges} from '../../../trainer/contract/run/pipeline.ts';
import type {Run} from '../../runs/run.ts';

/** Timesteps [low, high) of each expert: those of the report, else those of the config. */
export function rangesOf(run: Run): [number, number][] {
  const measured = run.report === null ? [] : reportRanges(run.report);
  return measured.length > 0 ? measured : (configRanges(run.config.config, trainingTimesteps(run)) ?? []);
}

/** T of the base; 1000, the default of diffusers, where the base cannot be read any more. */
export function trainingTimesteps({config: {config}, timesteps}: Run): number {
  return timesteps ?? config.pretrain?.scheduler.num_train_timesteps ?? 1000;
}
