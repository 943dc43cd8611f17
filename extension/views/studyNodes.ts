import {basename, dirname} from 'node:path';
import {studyText} from '../../trainer/contract/studies/studyProgress.ts';
import type {StudyKind} from '../../trainer/contract/studies/studyContent.ts';
import {studyName, type StudyFile} from '../studies/studyFile.ts';
import type {ExperimentNode} from './experimentNode.ts';

/** As the commands that make them. */
export const studyIcons: Readonly<Record<StudyKind, string>> = {
  study: 'mortar-board',
  matrix: 'table',
  benchmark: 'checklist',
};

/** The group of all studies, matrices and benchmarks, the newest first; none without any. */
export function studyGroup(studies: readonly StudyFile[]): ExperimentNode[] {
  if (studies.length === 0) return [];
  const children = [...studies].reverse().map(studyNode);
  return [
    {
      id: 'studies',
      label: 'Studies, matrices, benchmarks',
      description: String(studies.length),
      icon: 'library',
      context: 'studies',
      isExpanded: true,
      children,
    },
  ];
}

/** One that cannot be read is opened as the file that it is. */
function studyNode(study: StudyFile): ExperimentNode {
  const {path, kind, content, problem} = study;
  const shown = {id: `study:${path}`, label: studyName(study), children: []};
  if (content === null) {
    const description = `cannot be read: ${problem ?? ''}`;
    return {...shown, description, icon: 'warning', color: 'charts.yellow', context: 'unreadable', file: path};
  }
  const folder = basename(dirname(path));
  const where = folder === `${shown.label}-${kind}` || folder === shown.label ? [] : [folder];
  const description = [kind, studyText(content), ...where].join(', ');
  return {...shown, description, icon: studyIcons[kind], context: `study.${kind}`, study: path};
}
