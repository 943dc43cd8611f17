import {expertLabels, type TaskAnalysis} from '../../../trainer/contract/run/taskAnalysis.ts';
import {axisTicks, extent, paddedRange} from '../../charts/axisRange.ts';

export const layerTitle = 'Relative norm by tensor';

/** A part with a smaller share of the tensors has no name at the axis. */
const roomForName = 0.06;

/** Relative norms over the tensors in their order; what is zero or unknown is a gap, since the axis is logarithmic. */
export interface LayerSeries {
  readonly labels: readonly string[];
  /** [expert][tensor] */
  readonly values: readonly (readonly number[])[];
  readonly tensors: readonly string[];
  /** Where each part of the network begins; a small one has no name, for which there is no room. */
  readonly starts: readonly {readonly name: string; readonly at: number}[];
  readonly y: {readonly min: number; readonly max: number};
  readonly yTicks: readonly number[];
}

export function layerSeries(analysis: TaskAnalysis): LayerSeries {
  const {tensors, groups, experts} = analysis;
  const values = experts.map((_, i) => tensors.map(({relativeNorms}) => relativeNorms[i] || NaN));
  const y = paddedRange(extent(values) ?? [0.01, 1], true);
  return {
    labels: expertLabels(analysis),
    values,
    tensors: tensors.map(({name}) => name),
    starts: groups.map(({name, tensors: own}) => ({
      name: own >= roomForName * tensors.length ? name : '',
      at: tensors.findIndex(({group}) => group === name),
    })),
    y,
    yTicks: axisTicks(y.min, y.max, true),
  };
}
