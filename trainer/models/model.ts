import {SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import {completeScheduler} from '../contract/model/schedulerSettings.ts';
import {createSchedule, type NoiseSchedule} from '../schedulers/schedule.ts';
import type {ModelFolder} from '../store/weights/modelFolder.ts';
import {architectureOf, createDenoiser} from './architectures.ts';
import type {Denoiser} from './denoiser.ts';
import {pixelSpace, type ImageShape, type ImageSpace} from './imageSpace.ts';

/** A diffusion model without the weights of its network. */
export interface Model {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
  /** [H,W,C] of the images that its config names; null where it names no size. */
  readonly imageShape: ImageShape | null;
  /** The space of its network for images of a shape. */
  spaceOf(images: ImageShape): ImageSpace;
}

/** The model that configs describe; `where` names them in the UserError about what is not supported. */
export function createModel(
  {unetConfig, schedulerConfig}: Pick<ModelFolder, 'unetConfig' | 'schedulerConfig'>,
  where?: string,
): Model {
  const denoiser = createDenoiser(unetConfig, where);
  const {sampleSize} = architectureOf(unetConfig);
  return {
    denoiser,
    schedule: createSchedule(schedulerConfig ?? completeScheduler(SchedulerConfig.parse({})), where),
    imageShape: sampleSize && [...sampleSize, denoiser.outChannels],
    spaceOf: pixelSpace,
  };
}
