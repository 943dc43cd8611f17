import {binHead, curveSeries, heatHead, noStatistics, otherSeriesNames, rowHead} from '../../contract/run/curveBins.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import {lossTermNames} from '../../contract/run/lossTerms.ts';
import {evenLimit, logarithmicLimit} from './binPlan.ts';
import {curveLayout} from './curveLayout.ts';
import {heatLayout} from './heatLayout.ts';
import {bucketCount} from './metricsCheck.ts';
import {metricsFolder, singleFolders} from './metricsFolders.ts';
import {metricsPaths} from './metricsPaths.ts';
import {isPassing, PyramidReader} from './pyramidReader.ts';
import {readStoredTerms, withColumns} from './storedTerms.ts';
import {eventPieces} from '../run/eventPieces.ts';
import {runPaths} from '../run/runPaths.ts';

const updateColumn = 0;

/** A part of a curve, and how fine. */
export interface CurveRange {
  /** Updates [from, to]; null: from the first, to the last. */
  readonly from: number | null;
  readonly to: number | null;
  /** At most about this many bins. */
  readonly points: number;
  /** Bins for a logarithmic axis of updates: as many for the first ten as for the last ten thousand. */
  readonly logarithmic: boolean;
}

/** Bins of a curve as in `contract/curveBins.ts`, one after the other. */
export interface CurveBins {
  readonly bins: Float64Array;
  /** This many bins at the beginning lie before the range: a moving average starts with them. */
  readonly lead: number;
  /** Steps in the range, and in all. */
  readonly stepsInRange: number;
  readonly steps: number;
}

/**
 * The curves of a training stage in a range of updates, thinned so that no extreme and no gap is lost; bins never move when steps are
 * appended. One bin beyond each end is included, so that lines run out of the picture. Null before the first step.
 */
export async function readCurve(run: string, stage: string, range: CurveRange): Promise<CurveBins | null> {
  const {path, layout, stored} = await curveFiles(run, stage);
  const columns = {head: binHead, stored, missing: noStatistics};
  return unlessPassing(() =>
    PyramidReader.use(path, layout, async (reader) => {
      const [from, to] = await rowsOf(reader, range);
      const points = Math.max(1, range.points);
      const limit = range.logarithmic ? logarithmicLimit(reader.rows, points) : evenLimit(to - from, points);
      const lead = await reader.bins(0, from, leadLimit(from));
      const inside = await reader.bins(from, to, limit);
      const bins = new Float64Array(lead.length + inside.length);
      bins.set(lead);
      bins.set(inside, lead.length);
      const all = withColumns(bins, columns, curveSeries);
      return {bins: all, lead: lead.length / layout.binLength, stepsInRange: to - from, steps: reader.rows};
    }),
  );
}

/** Per-timestep losses over the updates, in at most about `points` bins as in `contract/curveBins.ts`. Null before the first. */
export async function readHeatMap(run: string, stage: string, points: number): Promise<Float64Array | null> {
  const folder = await metricsFolder(run, stage);
  const path = metricsPaths.heat(folder, stage);
  const buckets = await bucketCount(path(0));
  if (buckets === null) return null;
  const stored = await readStoredTerms(folder);
  const bins = await unlessPassing(() =>
    PyramidReader.use(path, heatLayout(buckets, stored.length), (reader) =>
      reader.bins(0, reader.rows, evenLimit(reader.rows, Math.max(1, points))),
    ),
  );
  const missing = new Array<number>(buckets).fill(NaN);
  return bins && withColumns(bins, {head: heatHead + buckets, stored, missing}, lossTermNames);
}

/** All steps of a stage at full resolution, each as update, time and the values of `curveSeries`; for export. */
export async function readSteps(run: string, stage: string): Promise<Float64Array> {
  const {path, layout, stored} = await curveFiles(run, stage);
  const rows = await unlessPassing(() => PyramidReader.use(path, layout, (reader) => reader.readRows(0, reader.rows)));
  return withColumns(rows ?? new Float64Array(0), {head: rowHead, stored, missing: [NaN]}, curveSeries);
}

/** The events of a run that are neither a step, nor buckets, nor progress; with `types` only those of these types. */
export async function readMilestones(run: string, types?: readonly RunEvent['type'][]): Promise<RunEvent[]> {
  const single = await singleFolders(run);
  const events = (await milestonesIn(runPaths.metrics(run), types)).filter(({stage}) => !single.has(stage));
  if (single.size === 0) return events;
  for (const folder of single.values()) events.push(...(await milestonesIn(folder, types)));
  return events.sort((a, b) => a.time - b.time);
}

async function milestonesIn(folder: string, types?: readonly RunEvent['type'][]): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const piece of eventPieces(metricsPaths.milestones(folder), {types})) {
    for (const event of piece.events) events.push(event);
  }
  return events;
}

/** The files of the curves of a stage and what is stored in them. */
async function curveFiles(run: string, stage: string) {
  const folder = await metricsFolder(run, stage);
  const stored = [...(await readStoredTerms(folder)), ...otherSeriesNames];
  return {path: metricsPaths.curve(folder, stage), layout: curveLayout(stored.length), stored};
}

/** Bins that get smaller towards the range, where their values weigh most in a moving average. */
function leadLimit(end: number): (row: number) => number {
  return (row) => Math.max(1, (end - row) / 8);
}

/** Rows of the range with a neighbour at each end. */
async function rowsOf(reader: PyramidReader, {from, to}: CurveRange): Promise<[number, number]> {
  const first = from === null ? 0 : Math.max(0, (await reader.firstAtLeast(updateColumn, from)) - 1);
  const end =
    to === null
      ? reader.rows
      : Math.min(reader.rows, (await reader.firstAtLeast(updateColumn, Math.floor(to) + 1)) + 1);
  return [first, Math.max(first, end)];
}

/** A file that became shorter while it was read, because its training went on from a checkpoint, is read once more. */
async function unlessPassing<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isPassing(error)) throw error;
    return read();
  }
}
