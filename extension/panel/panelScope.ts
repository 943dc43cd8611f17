import {dirname} from 'node:path';
import type {Run} from '../runs/run.ts';
import type {StudyFile} from '../studies/studyFile.ts';
import {runsOfStudy} from '../studies/studyRuns.ts';
import type {PanelScope} from './panelRequests.ts';

/** Where panels find runs; `extension/runs/runs.ts` is one. */
export interface RunSource {
  all(): readonly Run[];
  get(path: string): Run | undefined;
}

/** Where panels find studies; `extension/studies/studies.ts` is one. */
export interface StudySource {
  all(): readonly StudyFile[];
}

/** The runs of the experiment that a run folder belongs to: same output folder, same name. Works also before the run is known. */
export function experimentScope(runs: RunSource, path: string, studies: StudySource): PanelScope {
  const output = dirname(path);
  const name = runs.get(path)?.record.name ?? path.slice(output.length + 1).replace(/-\d+$/, '');
  const belongs = (run: Run) => run.record.name === name && dirname(run.path) === output;
  const own = () => runs.all().filter(belongs);
  return {
    kind: 'experiment',
    title: name,
    runs: own,
    get: (wanted) => filtered(runs.get(wanted), belongs),
    studies: () => {
      const known = own();
      return studies.all().filter((study) => runsOfStudy(study, known).size > 0);
    },
  };
}

/** All runs, to lay them over each other. */
export function compareScope(runs: RunSource, studies: StudySource): PanelScope {
  return {
    kind: 'compare',
    title: 'Compare runs',
    runs: () => runs.all(),
    get: (path) => runs.get(path),
    studies: () => studies.all(),
  };
}

function filtered(run: Run | undefined, belongs: (run: Run) => boolean): Run | undefined {
  return run !== undefined && belongs(run) ? run : undefined;
}
