import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parseConfig} from '../../../trainer/contract/config/parseConfig.ts';
import type {StateRecord} from '../../../trainer/contract/run/records.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {ownIdentity} from '../../../trainer/store/run/processIdentity.ts';
import {createRun} from '../../../trainer/store/run/runFolder.ts';
import {writeState} from '../../../trainer/store/run/runState.ts';

/** Makes a run folder below `<folder>/.deme/runs` as an owner would have by the time it begins; returns its path. */
export async function makeRun(folder: string, planned: readonly string[] = ['expert-0', 'merge']): Promise<string> {
  const text =
    'name: digits\nbase: base\ndata: {kind: mnist}\ndecouple: {ranges: 2}\nmerge: {search: {}}\nevaluate: {}\n';
  const run = await createRun(join(folder, '.deme', 'runs'), 'digits', {
    tool: 'test',
    created: new Date().toISOString(),
    config: 'digits.deme.yaml',
    engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
  });
  const config = parseConfig(text, 'digits.deme.yaml');
  await writeJsonAtomic(join(run.path, 'config.json'), {folder, baseFolder: join(folder, 'base'), config});
  await writeJsonAtomic(join(run.path, 'plan.json'), {stages: planned});
  await writeFile(join(run.path, 'events.jsonl'), '');
  return run.path;
}

/** Writes the state of a run that this process (or the one given) carries out. */
export async function setState(
  run: string,
  state: StateRecord['state'],
  more: Partial<StateRecord> = {},
): Promise<void> {
  const identity = more.pid === undefined ? await ownIdentity() : {pid: more.pid, started: Date.now() / 1000};
  await writeState(run, {...identity, state, heartbeat: Date.now() / 1000, stage: '', progress: 0.5, ...more});
}

/** Marks a stage as done. */
export async function finishStage(run: string, stage: string): Promise<void> {
  await mkdir(join(run, 'stages'), {recursive: true});
  await writeJsonAtomic(join(run, 'stages', `${stage}.json`), {stage, seconds: 1, finished: new Date().toISOString()});
}
