import * as vscode from 'vscode';
import {printable} from '../../trainer/contract/printable.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {studyText} from '../../trainer/contract/studies/studyProgress.ts';
import {studyName, type StudyFile} from '../studies/studyFile.ts';
import {isStudyOf, newestRunOf} from '../studies/studyRuns.ts';
import type {Handler, Studio} from '../studio.ts';
import {studyIcons} from '../views/studyNodes.ts';
import {nodeOf} from './targets.ts';

/** Commands about tables over several runs. */
export const studyCommands: Readonly<Record<string, Handler>> = {
  'deme.showStudy': (studio, ...args) => showStudy(studio, args),
};

type StudyStudio = Pick<Studio, 'experiments' | 'openPanel' | 'runs' | 'studies'>;

/** Opens the page of the study that is meant: of a row, of a path among the arguments; else the user chooses, of those of a config if one is given. */
async function showStudy(studio: StudyStudio, args: readonly unknown[]): Promise<void> {
  const {studies, runs} = studio;
  const named = nodeOf(studio, args)?.study ?? args.find((arg) => typeof arg === 'string');
  const study = (named === undefined ? undefined : studies.get(named)) ?? (await chooseStudy(studio, args));
  if (study === undefined) return;
  await studio.openPanel(newestRunOf(study, runs.all()), {study: study.path});
}

async function chooseStudy({studies}: StudyStudio, args: readonly unknown[]): Promise<StudyFile | undefined> {
  const config = args.find((arg) => arg instanceof vscode.Uri);
  const readable = [...studies.all()].reverse().filter(({content}) => content !== null);
  const fitting = config === undefined ? readable : readable.filter((study) => isStudyOf(study, config.fsPath));
  if (fitting.length === 0) {
    throw new UserError('study-missing', 'There is no study, matrix or benchmark here yet.', {
      hint: 'Make one by DeMe: Run Study, DeMe: Run Matrix or DeMe: Run Benchmark.',
    });
  }
  if (fitting.length === 1) return fitting[0];
  const items = fitting.map((study) => ({
    label: `$(${studyIcons[study.kind]}) ${printable(studyName(study)).replaceAll('$(', '\\$(')}`,
    description: [study.kind, study.content === null ? '' : studyText(study.content)].join(', '),
    detail: vscode.workspace.asRelativePath(study.path),
    study,
  }));
  return (await vscode.window.showQuickPick(items, {placeHolder: 'Which one?', matchOnDescription: true}))?.study;
}
