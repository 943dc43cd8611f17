import {dirname} from 'node:path';
import type {Run} from '../runs/run.ts';
import type {PanelScope} from './panelRequests.ts';

/** Where panels find runs; `extension/runs/runs.ts` is one. */
export interface RunSource {
  all(): readonly Run[];
  get(path: string): Run | undefined;
}

/** The runs of the experiment that a run folder belongs to: same output folder, same name. Works also before the run is known. */
export function experimentScope(runs: RunSource, path: string): PanelScope {
  const output = dirname(path);
  const name = runs.get(path)?.record.name ?? path.slice(output.length + 1).replace(/-\d+$/, '');
  const belongs = (run: Run) => run.record.name === name && dirname(run.path) === output;
  return {
    kind: 'experiment',
    title: name,
    runs: () => runs.all().filter(belongs),
    get: (wanted) => filtered(runs.get(wanted), belongs),
  };
}

/** All runs, to lay them over each other. */
export function compareScope(runs: RunSource): PanelScope {
  return {kind: 'compare', title: 'Compare runs', runs: () => runs.all(), get: (path) => runs.get(path)};
}

function filtered(run: Run | undefined, belongs: (run: Run) => boolean): Run | undefined {
  return run !== undefined && belongs(run) ? run : undefined;
}
