import {SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import {completeScheduler} from '../contract/model/schedulerSettings.ts';
import {createSchedule, type NoiseSchedule} from '../schedulers/schedule.ts';
import type {ModelFolder} from '../store/weights/modelFolder.ts';
import {createDenoiser} from './architectures.ts';
import type {Denoiser} from './denoiser.ts';

/** A diffusion model without the weights of its network. */
export interface Model {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
}

/** The model that configs describe; `where` names them in the UserError about what is not supported. */
export function createModel(
  {unetConfig, schedulerConfig}: Pick<ModelFolder, 'unetConfig' | 'schedulerConfig'>,
  where?: string,
): Model {
  const denoiser = createDenoiser(unetConfig, where);
  return {
    denoiser,
    schedule: createSchedule(schedulerConfig ?? completeScheduler(SchedulerConfig.parse({})), where),
  };
}
