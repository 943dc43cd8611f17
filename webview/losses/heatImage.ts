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
  /** Smallest and largest positive mean; null if there are none. */
  readonly extent: readonly [low: number, high: number] | null;
}

export function heatMapOf(bins: readonly Float64Array[], term: LossTerm): HeatMap {
  const columns = bins.map((bin) => heatColumnOf(bin, term));
  const end = axisEnd(columns.at(-1)?.to ?? 0);
  return {buckets: bins[0]?.[heatColumn.buckets] ?? 0, columns, end, extent: heatExtent(columns)};
}

/** What is smaller than that share of the largest mean has the colour of the lower end: a consistency loss starts at rounding errors, which would take all colours. */
const smallestShare = 1e-6;

/** Smallest and largest positive mean of all parts, the ends of the logarithmic colour scale; null if there are none. */
export function heatExtent(parts: readonly Pick<HeatMap, 'extent'>[]): readonly [number, number] | null {
  let [low, high] = [Infinity, 0];
  for (const {extent} of parts) {
    if (extent === null) continue;
    low = Math.min(low, extent[0]);
    high = Math.max(high, extent[1]);
  }
  return high > 0 ? [Math.max(low, smallestShare * high), high] : null;
}

/** Index of the column that contains an update; -1 if there is none. */
export function columnAt({columns}: HeatMap, update: number): number {
  return columns.findIndex(({from, to}) => update <= to && update > from);
}

/** The pixels [from, to) of a column, with its colours from bottom to top. */
export interface HeatSpan {
  readonly from: number;
  readonly to: number;
  /** [buckets] RGBA in the byte order of a canvas. Cells without draws are transparent, cells with a loss that was not finite magenta. */
  readonly colours: Uint32Array;
}

/** The columns of a map on an image of `width` pixels; `range` are the losses at both ends of the colour scale. */
export function heatSpans({columns, end}: HeatMap, width: number, range: readonly [number, number]): HeatSpan[] {
  const pixel = (update: number) => Math.round((update / end) * width);
  return columns.map((column) => ({from: pixel(column.from), to: pixel(column.to), colours: coloursOf(column, range)}));
}

/** Paints columns on an image of `width` x buckets pixels: updates from left to right, timesteps from bottom to top. */
export function paintSpans(pixels: Uint32Array, width: number, spans: readonly HeatSpan[]): void {
  const rows = pixels.length / width;
  // Row by row, in the order of memory.
  for (let row = 0; row < rows; row++) {
    for (const {from, to, colours} of spans) {
      const colour = colours[rows - 1 - row] ?? 0;
      // Spans are a few pixels wide: a call of `fill` would cost more than this loop.
      for (let x = from; x < to; x++) pixels[row * width + x] = colour;
    }
  }
}

const coloured = new WeakMap<HeatColumn, {readonly range: string; readonly colours: Uint32Array}>();

/** [buckets] The colours of a column, cached while the colour scale stays the same. */
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

/** A palette of 256 colours: computing a colour for each cell would cost more than the rest of the map. */
const levels = 256;
const palette = Uint32Array.from({length: levels}, (_, level) => word(viridis(level / (levels - 1))));
/** Colour of a loss that was not finite. */
const notFinite = word([255, 0, 255, 255]);

/** A colour as a 32-bit word, whatever the byte order of the machine. */
function word(colour: readonly number[]): number {
  return new Uint32Array(Uint8ClampedArray.from(colour).buffer)[0] ?? 0;
}
