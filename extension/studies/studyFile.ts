import {stat} from 'node:fs/promises';
import {basename, dirname} from 'node:path';
import {BenchmarkResult} from '../../trainer/contract/benchmark/benchmarkResult.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {MatrixResult} from '../../trainer/contract/matrix/matrixResult.ts';
import {studyKindOf, type StudyContent, type StudyKind} from '../../trainer/contract/studies/studyContent.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';

/** A study, matrix or benchmark as the editor knows it. Never changes: another content makes another object. */
export interface StudyFile {
  readonly path: string;
  readonly kind: StudyKind;
  /** When it was written, in milliseconds since the epoch. */
  readonly changed: number;
  /** Null: it cannot be read. */
  readonly content: StudyContent | null;
  /** Why it cannot be read. */
  readonly problem: string | null;
}

/**
 * What a file holds; `known` if that is still the same. Null where it is gone, or is a file of something else that has such a name: only in the
 * folders that the verbs make it is told why one cannot be read.
 */
export async function readStudy(path: string, known?: StudyFile): Promise<StudyFile | null> {
  const kind = studyKindOf(basename(path));
  const changed = await stat(path).then(
    ({mtimeMs}) => mtimeMs,
    () => null,
  );
  if (kind === null || changed === null) return null;
  if (known?.changed === changed) return known;
  try {
    return {path, kind, changed, content: await contentOf(path, kind), problem: null};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return isOwnPlace(path, kind) ? {path, kind, changed, content: null, problem: error.message} : null;
  }
}

async function contentOf(path: string, kind: StudyKind): Promise<StudyContent> {
  if (kind === 'benchmark') return {kind, result: await readJson(path, BenchmarkResult, 'the table of a benchmark')};
  return {kind, result: await readJson(path, MatrixResult, `the table of a ${kind}`)};
}

function isOwnPlace(path: string, kind: StudyKind): boolean {
  return kind === 'benchmark' || basename(dirname(path)).endsWith(`-${kind}`);
}

/** `digits`: what it is about. */
export function studyName({path, content}: StudyFile): string {
  if (content === null) return basename(dirname(path));
  return content.kind === 'benchmark' ? content.result.benchmark : content.result.name;
}
