import {join} from 'node:path';
import {UserError} from '../../trainer/contract/errors.ts';
import {rowLabel} from '../../trainer/contract/matrix/matrixEntries.ts';
import type {MatrixResult} from '../../trainer/contract/matrix/matrixResult.ts';
import {printable} from '../../trainer/contract/printable.ts';
import type {StudySummary, StudyView} from '../../trainer/contract/panel/studyViews.ts';
import {studyText} from '../../trainer/contract/studies/studyProgress.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import type {Run} from '../runs/run.ts';
import {studyName, type StudyFile} from '../studies/studyFile.ts';
import {runsOfStudy} from '../studies/studyRuns.ts';
import {pictureAddress} from './pictureAddress.ts';

/** Pictures of more cells are not shown. */
const maxPictures = 24;

/** A study in the list of a panel with these runs. */
export function studySummary(study: StudyFile, runs: readonly Run[]): StudySummary {
  const {path, kind, changed, content, problem} = study;
  return {
    path,
    kind,
    name: printable(studyName(study)),
    text: content === null ? 'cannot be read' : studyText(content),
    changed,
    runs: [...runsOfStudy(study, runs).values()].map((run) => run.path),
    problem,
  };
}

/** A whole study for the page. `source` gives the address under which the page finds a file. Throws a UserError for one that cannot be read. */
export async function studyView(
  study: StudyFile,
  runs: readonly Run[],
  source: (file: string) => string,
): Promise<StudyView> {
  const {path, changed, content, problem} = study;
  if (content === null) {
    throw new UserError('study-unreadable', `This ${study.kind} cannot be read. ${problem ?? ''}`, {where: path});
  }
  const own = runsOfStudy(study, runs);
  const paths = Object.fromEntries([...own].map(([id, run]) => [id, run.path]));
  const pictures =
    content.kind === 'benchmark' ? await ofBenchmark(own, source) : await ofCells(content.result.rows, own, source);
  return {path, changed, content, runs: paths, pictures};
}

type Pictures = StudyView['pictures'];

/** Those of the first run of each cell, as `study.md` has them. */
async function ofCells(
  rows: MatrixResult['rows'],
  runs: ReadonlyMap<string, Run>,
  source: (file: string) => string,
): Promise<Pictures> {
  const found: Pictures = [];
  for (const row of rows) {
    const run = runs.get(row.runs[0]?.run ?? '');
    const picture = run && (await pictureOf(run, rowLabel(row), source));
    if (picture) found.push(picture);
    if (found.length === maxPictures) break;
  }
  return found;
}

async function ofBenchmark(runs: ReadonlyMap<string, Run>, source: (file: string) => string): Promise<Pictures> {
  const [run] = runs.values();
  const picture = run && (await pictureOf(run, '', source));
  return picture ? [picture] : [];
}

/** Null: the run keeps none of base and merged model. */
async function pictureOf(run: Run, cell: string, source: (file: string) => string): Promise<Pictures[number] | null> {
  const pair = run.report?.differing?.find(({models: [a, b]}) => a === 'base' && b === 'merged');
  if (!pair?.picture) return null;
  const images = pair.images.map(({index}) => index).join(', ');
  return {
    cell,
    alt: `Images that differ most by ${pair.network}, of the first ${pair.compared}: base above, merged ${cell} below; numbers ${images}`,
    source: await pictureAddress(join(runPaths.report(run.path), pair.picture), source),
  };
}
