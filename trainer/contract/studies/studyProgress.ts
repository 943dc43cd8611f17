import type {MatrixResult} from '../matrix/matrixResult.ts';
import type {PlannedRun} from '../matrix/matrixRuns.ts';
import type {StudyContent} from './studyContent.ts';

/** A run that a table is made of. */
export interface StudyRun extends PlannedRun {
  /** Its name; null before it has begun, and for one that could not be made. */
  readonly run: string | null;
  /** By the table: `current` is as the run itself says, which may have been stopped or lost since. */
  readonly state: 'done' | 'failed' | 'current' | 'waiting';
  /** Why it has no result. */
  readonly problem: string | null;
}

/** All runs of a table, in the order in which they are made. */
export function studyRuns(content: StudyContent): StudyRun[] {
  if (content.kind === 'benchmark') {
    const {benchmark, run, open} = content.result;
    return [{labels: {benchmark}, repeat: null, run, state: open ? 'current' : 'done', problem: null}];
  }
  const {rows, planned = [], current, running = current ? [current] : []} = content.result;
  const tried = rows.flatMap(({labels, runs}) =>
    runs.map(({repeat, run, error}): StudyRun => ({
      labels,
      repeat,
      run,
      state: error === null ? 'done' : 'failed',
      problem: error === null ? null : [error.message, error.hint ?? ''].join(' ').trim(),
    })),
  );
  const known = new Set(tried.map(keyOf));
  const others = planned
    .filter((each) => !known.has(keyOf(each)))
    .map((each): StudyRun => {
      const run = running.find((one) => keyOf(one) === keyOf(each))?.run ?? null;
      return {...each, run, state: run === null ? 'waiting' : 'current', problem: null};
    });
  return [...tried, ...others];
}

/** The names of all runs that have begun. */
export function studyRunIds(content: StudyContent): string[] {
  return studyRuns(content).flatMap(({run}) => run ?? []);
}

/** `3 of 9 runs`, `9 runs, 1 failed`, `2 of 5 models`, `scaled to 0.01`: how far a table is, for a list. */
export function studyText(content: StudyContent): string {
  if (content.kind === 'benchmark') {
    const {scale, rows, open} = content.result;
    const models = open ? `${rows.length} of ${rows.length + open.length} models` : `${rows.length} models`;
    if (scale === 1) return models;
    return open ? `${models}, scaled to ${scale}` : `scaled to ${scale}`;
  }
  const runs = studyRuns(content);
  const count = (state: StudyRun['state']) => runs.filter((run) => run.state === state).length;
  const [failed, open] = [count('failed'), count('waiting') + count('current')];
  const plural = runs.length === 1 ? 'run' : 'runs';
  const total = open === 0 ? `${runs.length} ${plural}` : `${runs.length - open} of ${runs.length} ${plural}`;
  return failed === 0 ? total : `${total}, ${failed} failed`;
}

/** Stages that were done once for several runs; null for what does not count them. */
export function sharedTrainings(content: StudyContent): MatrixResult['trainings'] | null {
  return content.kind === 'benchmark' ? null : content.result.trainings;
}

function keyOf({labels, repeat}: PlannedRun): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, repeat]);
}
