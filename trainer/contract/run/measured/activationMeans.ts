import type {AxisChange, SiteChange} from './activationChange.ts';

/** The change of one mean of a feature map, over all measured timesteps. */
export interface AxisMeans {
  readonly rms: number;
  /** Share of the deviation in the base; null where that is zero. */
  readonly relative: number | null;
}

/** The change at one place, over all measured timesteps. */
export interface SiteMeans {
  readonly channel: AxisMeans;
  readonly spatial: AxisMeans;
  /** Channel by spatial; null where the spatial change is zero. */
  readonly ratio: number | null;
  /**
   * The ratio that changes have which are independent from entry to entry of the map: sqrt(C / (H W)), since the channel's mean is one over H W entries, the
   * pixel's one over C. Where the measured ratio lies above, entries of a channel change together more than those of a pixel do.
   */
  readonly independentRatio: number;
}

export function siteMeans({shape: [height, width, channels], channel, spatial}: SiteChange): SiteMeans {
  const means = {channel: axisMeans(channel), spatial: axisMeans(spatial)};
  const ratio = means.spatial.rms === 0 ? null : means.channel.rms / means.spatial.rms;
  return {...means, ratio, independentRatio: Math.sqrt(channels / (height * width))};
}

function axisMeans({rms, deviation}: AxisChange): AxisMeans {
  const [change, base] = [rootMeanSquare(rms), rootMeanSquare(deviation)];
  return {rms: change, relative: base === 0 ? null : change / base};
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, values.length));
}
