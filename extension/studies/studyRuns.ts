import {basename, dirname, join, resolve} from 'node:path';
import {studyRunIds} from '../../trainer/contract/studies/studyProgress.ts';
import {configFileOf, type Run} from '../runs/run.ts';
import type {StudyFile} from './studyFile.ts';

/** The runs that a study is made of, as far as they are known, by their names; in the order in which they were made. */
export function runsOfStudy({path, content}: StudyFile, runs: readonly Run[]): ReadonlyMap<string, Run> {
  const found = new Map<string, Run>();
  if (content === null) return found;
  const ids = new Set(studyRunIds(content));
  const config = basename(content.result.config);
  const folder = content.kind === 'benchmark' ? undefined : content.result.output;
  const output = folder === undefined ? null : resolve(dirname(path), folder);
  for (const run of runs) {
    const isOwn = output === null ? basename(run.record.config) === config : dirname(run.path) === output;
    if (isOwn && ids.has(run.record.id)) found.set(run.record.id, run);
  }
  return found;
}

/** Whether a study was made of a config: its folder, or that around it, holds the config. */
export function isStudyOf({path, content}: StudyFile, config: string): boolean {
  if (content === null) return false;
  const name = basename(content.result.config);
  const folder = dirname(path);
  return config === join(folder, name) || config === join(dirname(folder), name);
}

/** The newest run of a study, or of its config before it has any. */
export function newestRunOf(study: StudyFile, runs: readonly Run[]): Run | undefined {
  return [...runsOfStudy(study, runs).values()].at(-1) ?? runs.findLast((run) => isStudyOf(study, configFileOf(run)));
}
