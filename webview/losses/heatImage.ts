import {heatColumn} from '../../trainer/contract/run/curveBins.ts';
import type {LossTerm} from '../../trainer/contract/run/lossTerms.ts';
import {axisEnd} from '../charts/updateRange.ts';
import {heatColumnOf, type HeatColumn} from './heatColumn.ts';
import {viridis} from './viridis.ts';

/** Mean losses of a stage by update and timestep. */
export interface HeatMap {
  readonly buckets: number;
  readonly columns: readonly HeatColumn[];
  /** The update at the right edge. */
  readonly end: number;
  /** Smallest and largest positive mean; null without any. */
  readonly extent: readonly [low: number, high: number] | null;
}

export function heatMapOf(bins: readonly Float64Array[], term: LossTerm): HeatMap {
  const columns = bins.map((bin) => heatColumnOf(bin, term));
  const end = axisEnd(columns.at(-1)?.to ?? 0);
  return {buckets: bins[0]?.[heatColumn.buckets] ?? 0, columns, end, extent: heatExtent(columns)};
}

/** Smallest and largest positive mean of all; the colours are logarithmic between them. Null without any. */
export function heatExtent(parts: readonly Pick<HeatMap, 'extent'>[]): readonly [number, number] | null {
  let [low, high] = [Infinity, 0];
  for (const {extent} of parts) {
    if (extent === null) continue;
    low = Math.min(low, extent[0]);
    high = Math.max(high, extent[1]);
  }
  return high > 0 ? [low, high] : null;
}

/** Column whose updates hold this one; -1 if none does. */
export function columnAt({columns}: HeatMap, update: number): number {
  return columns.findIndex(({from, to}) => update <= to && update > from);
}

/** The pixels [from, to) of a column, and its colours from the bottom up. */
export interface HeatSpan {
  readonly from: number;
  readonly to: number;
  /** [buckets] RGBA as a canvas keeps it. Cells without draws are transparent, those whose loss was not finite magenta. */
  readonly colours: Uint32Array;
}

/** The columns of a map on a picture of so many pixels; `range` are the losses at the ends of the scale of colours. */
export function heatSpans({columns, end}: HeatMap, width: number, range: readonly [number, number]): HeatSpan[] {
  const pixel = (update: number) => Math.round((update / end) * width);
  return columns.map((column) => ({from: pixel(column.from), to: pixel(column.to), colours: coloursOf(column, range)}));
}

/** Paints columns on a picture of `width` x buckets pixels: updates from left to right, timesteps from the bottom up. */
export function paintSpans(pixels: Uint32Array, width: number, spans: readonly HeatSpan[]): void {
  const rows = pixels.length / width;
  // Row by row, as they lie in memory.
  for (let row = 0; row < rows; row++) {
    for (const {from, to, colours} of spans) {
      const colour = colours[rows - 1 - row] ?? 0;
      // Spans of some pixels: a call of fill for each would cost more than the pixels.
      for (let x = from; x < to; x++) pixels[row * width + x] = colour;
    }
  }
}

const coloured = new WeakMap<HeatColumn, {readonly range: string; readonly colours: Uint32Array}>();

/** [buckets] The colours of a column, made once for as long as they mean the same. */
function coloursOf(column: HeatColumn, range: readonly [number, number]): Uint32Array {
  const key = range.join();
  const known = coloured.get(column);
  if (known?.range === key) return known.colours;
  const colours = makeColours(column, range);
  coloured.set(column, {range: key, colours});
  return colours;
}

function makeColours({count, mean, logarithm}: HeatColumn, [low, high]: readonly [number, number]): Uint32Array {
  const offset = Math.log(low);
  const scale = (levels - 1) / (Math.log(high) - offset || 1);
  return Uint32Array.from(mean, (value, bucket) => {
    if (count[bucket] === 0) return 0;
    if (!Number.isFinite(value)) return notFinite;
    const level = Math.round(((logarithm[bucket] ?? NaN) - offset) * scale);
    return palette[Math.min(levels - 1, Math.max(0, level))] ?? 0;
  });
}

/** As many colours as a channel has levels: computing one for each cell would cost more than all the rest of a map. */
const levels = 256;
const palette = Uint32Array.from({length: levels}, (_, level) => word(viridis(level / (levels - 1))));
/** Where a loss that was not finite is shown. */
const notFinite = word([255, 0, 255, 255]);

/** A colour as a canvas keeps it, whatever the byte order. */
function word(colour: readonly number[]): number {
  return new Uint32Array(Uint8ClampedArray.from(colour).buffer)[0] ?? 0;
}
