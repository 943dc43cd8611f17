import {basename, join} from 'node:path';
import {ModelRecord} from '../../contract/run/records.ts';
import {modelName} from '../../contract/run/runModel.ts';
import type {KeptWeights} from '../../contract/run/snapshots/keptWeights.ts';
import {stageName} from '../../contract/run/stage.ts';
import {fileExists} from '../files/fileExists.ts';
import {readJsonIfThere} from '../files/jsonFile.ts';
import {namesIn} from '../files/namesIn.ts';
import {modelRecordFile} from '../weights/modelFolder.ts';
import {checkpointNames, recordFile} from './checkpointFiles.ts';
import {runPaths} from './runPaths.ts';

/** Weights that are kept, and where: a model folder, or the folder of a checkpoint. */
export type KeptFolder = KeptWeights & {readonly path: string};

/** What a run keeps of the trainings of its experts, of which there are `experts`: at this moment, as a training removes its older checkpoints. */
export async function keptWeights(run: string, experts: number): Promise<KeptFolder[]> {
  const kept: KeptFolder[] = [];
  for (let expert = 0; expert < experts; expert++) {
    kept.push(...(await keptCheckpoints(run, expert)), ...(await keptSnapshots(run, expert)));
    const model = await keptModel(run, expert);
    if (model !== null) kept.push(model);
  }
  return kept;
}

async function keptCheckpoints(run: string, expert: number): Promise<KeptFolder[]> {
  const folder = runPaths.checkpoints(run, stageName({kind: 'expert', index: expert}));
  const kept: KeptFolder[] = [];
  for (const name of await checkpointNames(folder)) {
    const path = join(folder, name);
    if (await fileExists(join(path, recordFile))) kept.push({expert, update: Number(name), kind: 'checkpoint', path});
  }
  return kept;
}

async function keptSnapshots(run: string, expert: number): Promise<KeptFolder[]> {
  const folder = runPaths.snapshots(run, expert);
  return (await namesIn(folder)).flatMap((name): KeptFolder[] => {
    const update = Number(name.slice(name.lastIndexOf('-') + 1));
    const path = runPaths.snapshot(run, {expert, update});
    // Others are being written, or are none of ours.
    return basename(path) === name ? [{expert, update, kind: 'snapshot', path}] : [];
  });
}

async function keptModel(run: string, expert: number): Promise<KeptFolder | null> {
  const path = runPaths.model(run, modelName({kind: 'expert', index: expert}));
  const record = await readJsonIfThere(join(path, modelRecordFile), ModelRecord, 'the record of the model');
  return record?.updates === undefined ? null : {expert, update: record.updates, kind: 'model', path};
}
