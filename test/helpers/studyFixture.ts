import {readFileSync} from 'node:fs';
import {StudyContent} from '../../trainer/contract/studies/studyContent.ts';
import type {StudyFile} from '../../extension/studies/studyFile.ts';
import {tableFixture} from './keepTable.ts';

type Kind = StudyContent['kind'];

/** What a real verb has left of a tiny experiment; `changes` replaces parts of its result. */
export function studyContent<K extends Kind>(kind: K, changes: object = {}): Extract<StudyContent, {kind: K | Kind}> {
  const result = JSON.parse(readFileSync(tableFixture(kind), 'utf8')) as object;
  return StudyContent.parse({kind, result: {...result, ...changes}}) as Extract<StudyContent, {kind: K | Kind}>;
}

/** The same as the editor knows it. */
export function studyFixture(kind: Kind, path: string, changes: object = {}, changed = 1): StudyFile {
  return {path, kind, changed, content: studyContent(kind, changes), problem: null};
}
