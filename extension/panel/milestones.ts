import type {RunEvent} from '../../trainer/contract/run/events.ts';
import {statIfThere} from '../../trainer/store/files/fileExists.ts';
import {metricsAreWhole} from '../../trainer/store/metrics/metricsCheck.ts';
import {rebuildMetrics} from '../../trainer/store/metrics/metricsFile.ts';
import {singleFolders} from '../../trainer/store/metrics/metricsFolders.ts';
import {metricsPaths} from '../../trainer/store/metrics/metricsPaths.ts';
import {readMilestones} from '../../trainer/store/metrics/metricsReader.ts';
import {isActiveRun, type Run} from '../runs/run.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';

/** What a panel shows of the rare events; a search may have tried a million candidates besides. */
const shown: readonly RunEvent['type'][] = ['images', 'memory', 'heldOut', 'log', 'stage', 'stopped', 'failed'];

/** The rare events of runs, read again only when there are more. Metrics that a finished run lacks are made first, from its log. */
export class Milestones {
  readonly #known = new Map<string, {version: string; events: RunEvent[]}>();
  readonly #checked = new Map<string, Promise<void>>();

  /** Throws a UserError where they cannot be read. */
  async of(run: Run): Promise<readonly RunEvent[]> {
    if (!isActiveRun(run)) await this.#ensure(run.path);
    else this.#checked.delete(run.path);
    const version = await versionOf(run.path);
    const known = this.#known.get(run.path);
    if (known?.version === version) return known.events;
    const events = await readMilestones(run.path, shown);
    this.#known.set(run.path, {version, events});
    return events;
  }

  /** Those that were read last; null before. */
  known(run: Run): readonly RunEvent[] | null {
    return this.#known.get(run.path)?.events ?? null;
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

/** Of the files in which the events of a run are: its own, and those of stages that are jobs. */
async function versionOf(run: string): Promise<string> {
  const folders = [runPaths.metrics(run), ...(await singleFolders(run)).values()];
  const stats = await Promise.all(folders.map((folder) => statIfThere(metricsPaths.milestones(folder))));
  return stats.map((each) => (each === null ? 'none' : `${each.size} ${each.mtimeMs} ${each.ino}`)).join(', ');
}
