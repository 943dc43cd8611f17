import {stat} from 'node:fs/promises';
import type {RunEvent} from '../../trainer/contract/run/events.ts';
import {metricsAreWhole} from '../../trainer/store/metrics/metricsCheck.ts';
import {rebuildMetrics} from '../../trainer/store/metrics/metricsFile.ts';
import {metricsPaths} from '../../trainer/store/metrics/metricsPaths.ts';
import {readMilestones} from '../../trainer/store/metrics/metricsReader.ts';
import {isActiveRun, type Run} from '../runs/run.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';

/** The rare events of runs, read again only when there are more. Metrics that a finished run lacks are made first, from its log. */
export class Milestones {
  readonly #known = new Map<string, {version: string; events: RunEvent[]}>();
  readonly #checked = new Map<string, Promise<void>>();

  async of(run: Run): Promise<readonly RunEvent[]> {
    if (!isActiveRun(run)) await this.#ensure(run.path);
    else this.#checked.delete(run.path);
    const version = await versionOf(metricsPaths.milestones(runPaths.metrics(run.path)));
    const known = this.#known.get(run.path);
    if (known?.version === version) return known.events;
    const events = await readMilestones(run.path);
    this.#known.set(run.path, {version, events});
    return events;
  }

  /** Once for each time that a run comes to rest. */
  #ensure(path: string): Promise<void> {
    const checked = this.#checked.get(path) ?? ensureMetrics(path);
    this.#checked.set(path, checked);
    return checked;
  }
}

async function ensureMetrics(path: string): Promise<void> {
  if (!(await metricsAreWhole(path))) await rebuildMetrics(path);
}

async function versionOf(file: string): Promise<string> {
  try {
    const {size, mtimeMs, ino} = await stat(file);
    return `${size} ${mtimeMs} ${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw error;
  }
}
