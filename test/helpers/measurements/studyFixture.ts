import {readFileSync} from 'node:fs';
import {StudyContent, type StudyKind} from '../../../trainer/contract/studies/studyContent.ts';
import type {StudyFile} from '../../../extension/studies/studyFile.ts';
import {tableFixture} from './keepTable.ts';

/** What a real verb has left of a tiny experiment; `changes` replaces parts of its result. */
export function studyContent(kind: StudyKind, changes: object = {}): StudyContent {
  const result = JSON.parse(readFileSync(tableFixture(kind), 'utf8')) as object;
  return StudyContent.parse({kind, result: {...result, ...changes}});
}

/** The same as the editor knows it. */
export function studyFixture(kind: StudyKind, path: string, changes: object = {}, changed = 1): StudyFile {
  return {path, kind, changed, content: studyContent(kind, changes), problem: null};
}
