import {otherSeriesNames} from '../../contract/run/curveBins.ts';
import {nullForUserError} from '../../contract/errors.ts';
import {StageName} from '../../contract/run/stage.ts';
import {fan} from './binPlan.ts';
import {curveLayout} from './curveLayout.ts';
import {statIfThere} from '../files/fileExists.ts';
import {namesIn} from '../files/namesIn.ts';
import {heatLayout} from './heatLayout.ts';
import {metricsPaths} from './metricsPaths.ts';
import {openPositioned} from '../files/positionedFile.ts';
import {recordLength, type PyramidLayout} from './pyramidLayout.ts';
import {highestLevel} from './pyramidWriter.ts';
import {readStoredTerms} from './storedTerms.ts';
import {runPaths} from '../run/runPaths.ts';

const bytesPerNumber = Float64Array.BYTES_PER_ELEMENT;

/**
 * Whether the metrics of a run hold all of its event log: it ends where they say, they have as many bytes as they say, and every level
 * is as long as the one below it asks for. Cheap: it reads only lengths.
 */
export async function metricsAreWhole(run: string): Promise<boolean> {
  const folder = runPaths.metrics(run);
  const [logEnd, bytes] = await markedPosition(folder);
  if (logEnd === undefined || logEnd !== (await sizeOf(runPaths.events(run)))) return false;
  const terms = await readStoredTerms(folder).catch(nullForUserError);
  if (terms === null) return false;
  const curves = curveLayout(terms.length + otherSeriesNames.length);
  let found = await sizeOf(metricsPaths.milestones(folder));
  for (const stage of await metricStages(folder)) {
    const curve = metricsPaths.curve(folder, stage);
    const heat = metricsPaths.heat(folder, stage);
    const buckets = await bucketCount(heat(0));
    if (!(await levelsFit(curve, curves))) return false;
    if (buckets !== null && !(await levelsFit(heat, heatLayout(buckets, terms.length)))) return false;
    found += (await sizeOf(curve(0))) + (await sizeOf(heat(0)));
  }
  return found === bytes;
}

/** The stages that have metrics. */
export async function metricStages(folder: string): Promise<string[]> {
  const names = await namesIn(metricsPaths.stages(folder));
  return names.filter((name) => StageName.safeParse(name).success).sort();
}

/** Timestep buckets of a heat map file, which every row begins with; null without a row. */
export async function bucketCount(path: string): Promise<number | null> {
  const [buckets] = await firstNumbers(path, 1);
  return buckets === undefined || !(buckets > 0) || !Number.isInteger(buckets) ? null : buckets;
}

function markedPosition(folder: string): Promise<number[]> {
  return firstNumbers(metricsPaths.position(folder), 2);
}

/** None if the file is not that long. */
async function firstNumbers(path: string, count: number): Promise<number[]> {
  if ((await sizeOf(path)) < count * bytesPerNumber) return [];
  const file = await openPositioned(path);
  try {
    return [...new Float64Array((await file.read(0, count * bytesPerNumber)).buffer)];
  } finally {
    await file.close();
  }
}

async function levelsFit(path: (level: number) => string, layout: PyramidLayout): Promise<boolean> {
  const rows = (await sizeOf(path(0))) / (layout.rowLength * bytesPerNumber);
  if (!Number.isInteger(rows)) return false;
  for (let level = 1; level <= highestLevel(rows) + 1; level++) {
    const wanted = Math.floor(rows / fan ** level) * recordLength(layout, level) * bytesPerNumber;
    if ((await sizeOf(path(level))) !== wanted) return false;
  }
  return true;
}

async function sizeOf(path: string): Promise<number> {
  return (await statIfThere(path))?.size ?? 0;
}
