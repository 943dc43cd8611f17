import type {Datasets} from '../../data/dataset.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {heldOutDraws, type HeldOutSettings} from '../../evaluate/heldOut.ts';
import {heldOutImages} from '../../evaluate/heldOutImages.ts';
import type {Components} from '../../models/components.ts';
import type {NoiseSchedule} from '../../schedulers/schedule.ts';
import {openNetworkData} from '../stages/data/networkData.ts';
import type {StageContext} from '../stages/stageContext.ts';

/** The images and the number of timesteps that models are measured with, one after another. */
export interface LabDraws {
  readonly part: 'validation' | 'test';
  /** At most; all images if the part has fewer. */
  readonly images: number;
  readonly timesteps: number;
  readonly seed: number;
}

/** Draws with their images. */
export type LabHeldOut = Pick<HeldOutSettings, 'schedule' | 'draws' | 'images' | 'shape' | 'context'>;

/** Where the images come from, and what the draws follow. */
export interface LabSource {
  readonly context: StageContext;
  readonly data: Datasets;
  readonly schedule: NoiseSchedule;
  readonly components: Components;
  readonly ranges: readonly TimestepRange[];
}

/** The first images of a part of the data in the space of the network, with timesteps for each range. */
export async function labHeldOut(
  {context, data, schedule, components, ranges}: LabSource,
  {part, images: wanted, timesteps, seed}: LabDraws,
): Promise<LabHeldOut> {
  const source = data[part];
  const imageCount = Math.min(wanted, source.size);
  const draws = heldOutDraws({imageCount, timestepsPerRange: timesteps, ranges, seed});
  const need = {what: `${part} images`, images: imageCount, forTraining: false};
  const opened = await openNetworkData(context, components, source, need);
  return {schedule, draws, ...(await heldOutImages(opened, imageCount, seed))};
}
