import {closeSync, constants, readSync, writeSync} from 'node:fs';
import type {RunEvent} from '../../contract/run/events.ts';
import {lossTermNames} from '../../contract/run/lossTerms.ts';
import {writeFolderAtomic} from '../files/atomicFolder.ts';
import {curveLayout, curveRow} from './curveLayout.ts';
import {eventPieces} from '../run/eventPieces.ts';
import {heatLayout, heatRow} from './heatLayout.ts';
import {metricsAreWhole} from './metricsCheck.ts';
import {metricsPaths} from './metricsPaths.ts';
import {PyramidWriter} from './pyramidWriter.ts';
import {readStoredTerms, writeStoredTerms} from './storedTerms.ts';
import {openRegularNow} from '../files/regularFile.ts';
import {writeFully} from '../files/writeFully.ts';
import {runPaths} from '../run/runPaths.ts';
import {makeFolders} from '../files/makeFolders.ts';

const {O_APPEND, O_CREAT, O_RDWR, O_WRONLY} = constants;

/** The steps of a stage rise in this column, and the ends of its buckets in that. */
const updateColumn = 0;
const bucketsToColumn = 2;

/**
 * Opens the metrics of a run for its owner. They are rebuilt from the event log if they are missing, torn, or behind it, or have other
 * columns than this build writes; `onUnreadable` is then called with the number of lines of the log that are no events, if there are any.
 */
export async function openMetrics(
  run: string,
  onUnreadable: (lines: number) => void = () => undefined,
): Promise<MetricsFile> {
  const isUsable = (await metricsAreWhole(run)) && (await hasCurrentTerms(runPaths.metrics(run)));
  const unreadable = isUsable ? 0 : await rebuildMetrics(run);
  if (unreadable > 0) onUnreadable(unreadable);
  return new MetricsFile(runPaths.metrics(run));
}

/**
 * Builds the metrics of a run from its event log and returns how many lines of it are not events. Only for a run that no process carries out,
 * or by its owner.
 */
export async function rebuildMetrics(run: string): Promise<number> {
  let unreadable = 0;
  await writeFolderAtomic(runPaths.metrics(run), async (folder) => {
    await writeStoredTerms(folder);
    const metrics = new MetricsFile(folder);
    let end = 0;
    for await (const piece of eventPieces(runPaths.events(run))) {
      for (const event of piece.events) metrics.add(event);
      unreadable += piece.unreadable;
      end = piece.end;
    }
    metrics.markPosition(end);
    metrics.close();
  });
  return unreadable;
}

async function hasCurrentTerms(folder: string): Promise<boolean> {
  return (await readStoredTerms(folder)).join() === lossTermNames.join();
}

/**
 * The metrics of a run beside its event log, so that drawing a curve does not parse a million lines. A training that continues from a
 * checkpoint logs the updates since then a second time: the later ones count.
 */
export class MetricsFile {
  readonly #curves = new Map<string, PyramidWriter>();
  readonly #heat = new Map<string, PyramidWriter>();
  readonly #position: number;
  readonly #milestones: number;
  #bytes: number;
  #logEnd: number;

  constructor(readonly folder: string) {
    makeFolders(metricsPaths.stages(folder));
    this.#position = openRegularNow(metricsPaths.position(folder), O_RDWR | O_CREAT);
    this.#milestones = openRegularNow(metricsPaths.milestones(folder), O_WRONLY | O_CREAT | O_APPEND);
    const marked = new Float64Array(2);
    readSync(this.#position, new Uint8Array(marked.buffer), 0, marked.byteLength, 0);
    this.#logEnd = marked[0] ?? 0;
    this.#bytes = marked[1] ?? 0;
  }

  /** Where the log ended when all of it was in the metrics. */
  get logEnd(): number {
    return this.#logEnd;
  }

  /** Adds an event, after which the log ends at byte `logEnd`. */
  append(event: RunEvent, logEnd: number): void {
    this.add(event);
    this.markPosition(logEnd);
  }

  add(event: RunEvent): void {
    if (event.type === 'step') this.#addStep(event);
    else if (event.type === 'buckets') this.#addBuckets(event);
    else if (event.type !== 'progress') this.#addMilestone(event);
  }

  /** Notes where the log ended when all of it was in the metrics, and how many bytes of rows and lines these hold. One write. */
  markPosition(logEnd: number): void {
    this.#logEnd = logEnd;
    writeSync(this.#position, new Uint8Array(Float64Array.of(logEnd, this.#bytes).buffer), 0, 16, 0);
  }

  close(): void {
    for (const writer of [...this.#curves.values(), ...this.#heat.values()]) writer.close();
    closeSync(this.#position);
    closeSync(this.#milestones);
  }

  #addMilestone(event: RunEvent): void {
    this.#bytes += writeFully(this.#milestones, Buffer.from(`${JSON.stringify(event)}\n`));
  }

  #addStep(event: Extract<RunEvent, {type: 'step'}>): void {
    const path = metricsPaths.curve(this.folder, event.stage);
    const writer = this.#curves.get(event.stage) ?? new PyramidWriter(path, curveLayout());
    this.#curves.set(event.stage, writer);
    this.#replace(writer, curveRow(event), (row) => (row[updateColumn] ?? NaN) >= event.update);
  }

  #addBuckets(event: Extract<RunEvent, {type: 'buckets'}>): void {
    const path = metricsPaths.heat(this.folder, event.stage);
    const writer = this.#heat.get(event.stage) ?? new PyramidWriter(path, heatLayout(event.count.length));
    this.#heat.set(event.stage, writer);
    this.#replace(writer, heatRow(event), (row) => (row[bucketsToColumn] ?? NaN) > event.from);
  }

  #replace(writer: PyramidWriter, row: Float64Array, isStale: (row: Float64Array) => boolean): void {
    this.#bytes -= writer.dropLast(isStale);
    writer.append(row);
    this.#bytes += row.byteLength;
  }
}
