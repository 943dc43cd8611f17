import type {ImageSource} from '../../data/dataset.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {heldOutDraws, heldOutLosses} from '../../evaluate/heldOut.ts';
import {heldOutImages} from '../../evaluate/heldOutImages.ts';
import type {Params} from '../../nn/params.ts';
import type {TrainHooks} from '../../train/trainTask.ts';
import type {StageContext} from './stageContext.ts';
import type {DrawnModel} from './trainingGrids.ts';

/** What a training is measured with on its way. */
export interface HeldOutProbe extends DrawnModel {
  /** Updates between two measurements; 0: none. */
  readonly every: number;
  /** The images that no training sees, of which at most 256 are taken. */
  readonly validation: ImageSource;
  readonly ranges: readonly TimestepRange[];
  readonly seed: number;
}

const maxImages = 256;
const timestepsPerRange = 4;

/** The hook by which a training measures its held-out loss, always with the same images, timesteps and noise; none where none is wanted. */
export async function heldOutProbe(
  {stage, emit}: StageContext,
  {every, validation, ranges, seed, denoiser, schedule, space}: HeldOutProbe,
): Promise<Pick<TrainHooks, 'probe'>> {
  if (every === 0) return {};
  const imageCount = Math.min(validation.size, maxImages);
  const draws = heldOutDraws({imageCount, timestepsPerRange, ranges, seed});
  const images = await heldOutImages(validation, imageCount, space, seed);
  const measure = async (params: Params, update: number) => {
    const {values} = await heldOutLosses({denoiser, params, schedule, draws, ...images});
    const loss = values.reduce((sum, value) => sum + value, 0) / values.length;
    emit({type: 'heldOut', stage, update, loss});
    return loss;
  };
  return {probe: {every, measure}};
}
