import {expertCount, type DecoupleConfig, type DemeConfig} from '../../contract/config/config.ts';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import type {TrainingConfig} from '../../contract/config/training.ts';
import {runExperts} from '../../contract/run/pipeline.ts';

/** Settings of a training that say what it reports and keeps, not what it computes. */
const reportingSettings = ['logEvery', 'bucketEvery', 'timestepBuckets', 'heldOutEvery', 'keepCheckpoints', 'samples'];

/** The settings that the weights of an expert depend on, besides its range. */
export function expertSettings({decouple}: DemeConfig): Record<string, unknown> {
  if (decouple === undefined) return {};
  // What it starts from counts by its content, not by its name.
  const {ranges: _, edges: __, start: ___, teacherPrecision, ...settings} = decouple;
  const {precision = 'f32', consistency} = settings;
  const ofTeacher = teacherPrecision ?? precision;
  return {
    ...computing(settings),
    // Where it is that of the training, it says nothing.
    ...(consistency > 0 && ofTeacher !== precision && {teacherPrecision: ofTeacher}),
  };
}

/** The ordinary finetune makes the updates of all experts together. */
export function ordinaryTraining(decouple: DecoupleConfig): DecoupleConfig {
  return {...decouple, updates: decouple.updates * expertCount(decouple)};
}

/** The config with what a baseline does otherwise in place of what its trainings do. Throws an Error where it has no such baseline. */
export function withBaseline(config: DemeConfig, name: string): DemeConfig & {decouple: DecoupleConfig} {
  const {decouple, baselines} = config;
  const baseline = baselines?.[name];
  if (decouple === undefined || baseline === undefined) throw new Error(`there is no baseline ${name}`);
  const {lossWeighting: _, timestepSampling: __, ...shared} = decouple;
  return {...config, decouple: {...shared, ...baseline}};
}

/** The same for the ordinary finetune, which has neither ranges nor teacher. */
export function ordinarySettings(config: DemeConfig): Record<string, unknown> {
  const {probability, consistency, projection, snapshots, teacherPrecision, ...settings} = expertSettings(config);
  return {...settings, updates: (config.decouple?.updates ?? 0) * runExperts(config)};
}

/** The settings of a training that its result depends on. Where checkpoints are written matters only where it may go back to one. */
export function computing(settings: Partial<TrainingConfig>): Record<string, unknown> {
  const {lossWeighting, timestepSampling, captionDropout, precision = 'f32', ...others} = settings;
  const left = settings.retry ? reportingSettings : [...reportingSettings, 'checkpointEvery'];
  return {
    ...Object.fromEntries(Object.entries(others).filter(([name]) => !left.includes(name))),
    // Saying that there is none is the same as saying nothing.
    ...(lossWeighting?.kind !== 'none' && {lossWeighting}),
    ...(timestepSampling?.kind !== 'uniform' && {timestepSampling}),
    ...(captionDropout && {captionDropout}),
    ...(precision !== 'f32' && {precision}),
  };
}

/** The settings of the data that results depend on: a cache in F32 gives what none gives. */
export function dataSettings({cache, ...others}: DataConfig): Record<string, unknown> {
  return {...others, ...(cache && cache.dtype !== 'F32' && {cache: cache.dtype})};
}
