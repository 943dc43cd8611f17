import {rm} from 'node:fs/promises';
import {isDiskFull} from '../files/atomicFile.ts';
import {writeFolderAtomic} from '../files/atomicFolder.ts';
import {eventPieces} from '../run/eventPieces.ts';
import {runPaths} from '../run/runPaths.ts';
import {singleLogs} from '../run/singleEvents.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import {MetricsFile} from './metricsFile.ts';
import {writeStoredTerms} from './storedTerms.ts';

/**
 * The metrics of one stage that runs without an owner of its run, so that its curves can be drawn while it runs. Only the process of the stage
 * writes their folder; a later one of the same stage makes its own, of all that the stage has logged so far. They are a copy: where the disk is
 * full, or the folder is gone, nothing more is written, and whoever brings the logs of the run together makes all of it again.
 */
export class StageMetrics {
  #metrics: MetricsFile | null;

  private constructor(
    readonly stage: string,
    folder: string,
  ) {
    this.#metrics = new MetricsFile(folder);
  }

  /** Makes them from the logs of the run. Null where the disk is full. */
  static async open(run: string, stage: string, folder: string): Promise<StageMetrics | null> {
    try {
      await writeFolderAtomic(folder, (temporary) => gather(run, stage, temporary));
      const metrics = new StageMetrics(stage, folder);
      await removeEarlier(run, stage, folder);
      return metrics;
    } catch (error) {
      if (isDiskFull(error)) return null;
      throw error;
    }
  }

  add(event: RunEvent): void {
    try {
      addOwn(this.#metrics, event, this.stage);
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isGone && !isDiskFull(error)) throw error;
      this.close();
    }
  }

  close(): void {
    this.#metrics?.close();
    this.#metrics = null;
  }
}

/** Those of earlier lives of the job, all of whose numbers are in the newest. */
async function removeEarlier(run: string, stage: string, folder: string): Promise<void> {
  for (const log of await singleLogs(run)) {
    const isEarlier = log.stage === stage && log.metrics !== folder;
    // A life that hangs may still write there; what cannot be removed is not read.
    if (isEarlier) await rm(log.metrics, {recursive: true, force: true}).catch(() => undefined);
  }
}

async function gather(run: string, stage: string, folder: string): Promise<void> {
  await writeStoredTerms(folder);
  const metrics = new MetricsFile(folder);
  const add = (event: RunEvent) => addOwn(metrics, event, stage);
  for await (const {events} of eventPieces(runPaths.events(run))) {
    events.filter((event) => event.stage === stage).forEach(add);
  }
  for (const log of await singleLogs(run)) {
    if (log.stage !== stage) continue;
    for await (const {events} of eventPieces(log.path)) events.forEach(add);
  }
  metrics.close();
}

/** The first job of a run logs what it says of other stages, too, which have curves elsewhere. */
function addOwn(metrics: MetricsFile | null, event: RunEvent, stage: string): void {
  const isCurve = event.type === 'step' || event.type === 'buckets';
  if (!isCurve || event.stage === stage) metrics?.add(event);
}
