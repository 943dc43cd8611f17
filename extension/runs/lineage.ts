import {basename, dirname, join, sep} from 'node:path';
import {MergeRecord} from '../../trainer/contract/run/records.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {expertSources, runPaths} from '../../trainer/store/run/runPaths.ts';
import {modelHash} from '../../trainer/store/weights/modelFolder.ts';
import {namesIn} from '../../trainer/store/files/namesIn.ts';
import type {Run} from './run.ts';

/** What has become of a model that something was merged from. */
export interface MergeInputNow {
  /** `same`: its weights are those of the merge; `changed`: there are others in its place; `missing`: no run of the workspace has it. */
  readonly state: 'same' | 'changed' | 'missing';
  /** Null for one that is missing. */
  readonly path: string | null;
}

/** What a model was merged from. */
export interface Lineage {
  readonly record: MergeRecord;
  readonly base: MergeInputNow;
  readonly experts: readonly MergeInputNow[];
}

/** Reads what a model was merged from, and looks for that in the runs of the workspace. Throws a UserError where it cannot be read. */
export async function lineageOf(folder: string, runs: readonly Run[]): Promise<Lineage> {
  const record = await readJson(join(folder, 'merge.json'), MergeRecord, 'the record of the merge');
  const own = runs.find(({path}) => folder.startsWith(path + sep));
  const near = [...(own ? await modelsOf(own) : []), ...(await siblingsOf(folder))];
  const far = (await Promise.all(runs.map(modelsOf))).flat();
  const find = (input: {readonly name: string; readonly sha256: string}) => findInput(input, near, far);
  return {record, base: await find(record.base), experts: await Promise.all(record.experts.map(find))};
}

/** Only models of the recorded name are weighed: hashing all there are would take minutes. */
async function findInput(
  {name, sha256}: {readonly name: string; readonly sha256: string},
  near: readonly string[],
  far: readonly string[],
): Promise<MergeInputNow> {
  const fits = (path: string) => basename(path) === name;
  for (const path of new Set([...near, ...far].filter(fits))) {
    // What cannot be read is not the input, whatever keeps it from being read.
    if ((await modelHash(path).catch(() => null)) === sha256) return {state: 'same', path};
  }
  for (const path of near.filter(fits)) if (await fileExists(path)) return {state: 'changed', path};
  return {state: 'missing', path: null};
}

/** Base and experts of a run, and all models in its folder. */
async function modelsOf(run: Run): Promise<string[]> {
  const {baseFolder} = run.config;
  const experts = expertSources(run.path, run.config).map(({path}) => path);
  return [...(baseFolder === null ? [] : [baseFolder]), ...experts, ...(await entriesOf(runPaths.models(run.path)))];
}

/** A merge of files has its inputs beside it, more often than not. */
async function siblingsOf(folder: string): Promise<string[]> {
  return (await entriesOf(dirname(folder))).filter((path) => path !== folder);
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await namesIn(folder)).map((name) => join(folder, name));
}
