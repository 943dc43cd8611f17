import {beforeEach, expect, it} from 'vitest';
import {studyCommands} from '../../../extension/commands/studyCommands.ts';
import type {Studio} from '../../../extension/studio.ts';
import type {StudyFile} from '../../../extension/studies/studyFile.ts';
import {editor, Uri} from '../../helpers/editor/fakeVscode.ts';
import {studyFixture} from '../../helpers/measurements/studyFixture.ts';

const matrix = studyFixture('matrix', '/w/tiny-matrix/matrix.json');
const study = studyFixture('study', '/w/tiny-study/study.json');
const broken: StudyFile = {...study, path: '/w/x-study/study.json', content: null, problem: 'no JSON'};

beforeEach(() => editor.reset());

/** Calls the command; returns the files of the studies that were opened. */
async function show(studies: readonly StudyFile[], ...args: unknown[]): Promise<unknown[]> {
  const opened: unknown[] = [];
  const studio = {
    experiments: {node: (id: string) => (id === 'study:row' ? {study: study.path} : undefined)},
    studies: {all: () => studies, get: (path: string) => studies.find((each) => each.path === path)},
    runs: {all: () => []},
    openPanel: async (run: unknown, options: {study: string}) => void opened.push([run, options.study]),
  } as unknown as Studio;
  await studyCommands['deme.showStudy']?.(studio, ...args);
  return opened;
}

it('shows the study of a row, of a lens, or the only one that can be read', async () => {
  expect(await show([matrix, study], 'study:row')).toEqual([[undefined, study.path]]);
  expect(await show([matrix, study], Uri.file('/w/tiny.deme.yaml'), matrix.path)).toEqual([[undefined, matrix.path]]);
  expect(await show([matrix, broken])).toEqual([[undefined, matrix.path]]);
});

it('asks which one, and tells where there is none', async () => {
  editor.answers = [undefined];
  expect(await show([matrix, study])).toEqual([]);
  await expect(show([broken])).rejects.toMatchObject({code: 'study-missing'});
  await expect(show([matrix], Uri.file('/w/other.deme.yaml'))).rejects.toMatchObject({code: 'study-missing'});
});
