import {expertLabels, type TaskAnalysis} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {axisTicks, extent, paddedRange} from '../../../trainer/chart/axisRange.ts';

export const layerTitle = 'Relative norm by tensor';

/** A part of the network with a smaller share of the tensors gets no label: there is no room for it. */
const roomForName = 0.06;

/** Relative norms over the tensors. Zero and unknown norms are gaps, since the axis is logarithmic. */
export interface LayerSeries {
  readonly labels: readonly string[];
  /** [expert][tensor] */
  readonly values: readonly (readonly number[])[];
  readonly tensors: readonly string[];
  /** The first tensor of each part of the network; the name of a small part is empty. */
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
