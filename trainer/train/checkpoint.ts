import {mkdir, readdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import {CheckpointRecord} from '../contract/records.ts';
import type {FlatLayout} from '../nn/flatParams.ts';
import {readJson, writeJsonAtomic} from '../store/jsonFile.ts';
import {openSafetensors, writeSafetensors} from '../store/safetensors.ts';
import {hashFile} from '../store/sha256.ts';
import type {TensorReader} from '../store/tensorReader.ts';
import type {TrainState} from './trainState.ts';

const stateFile = 'state.safetensors';
const recordFile = 'checkpoint.json';

/** What must be the same for a checkpoint to be continued. */
export interface CheckpointIdentity {
  readonly seed: number;
  readonly dataFingerprint: string;
}

/**
 * Writes `<folder>/<update>` with weights, EMA and optimizer moments (memory order, one entry per parameter name), then removes all
 * but the newest `keep`. The folder is written under a temporary name and renamed, so a crash leaves whole checkpoints only.
 */
export async function saveCheckpoint(
  folder: string,
  state: TrainState,
  layout: FlatLayout,
  identity: CheckpointIdentity,
  keep: number,
): Promise<string> {
  const name = String(state.update).padStart(9, '0');
  const temporary = join(folder, `.${name}.${process.pid}.partial`);
  await rm(temporary, {recursive: true, force: true});
  await mkdir(temporary, {recursive: true});
  const hash = await writeSafetensors(join(temporary, stateFile), await stateTensors(state, layout));
  const record: CheckpointRecord = {format: 1, update: state.update, ...identity, files: {[stateFile]: hash}};
  await writeJsonAtomic(join(temporary, recordFile), record);
  const target = join(folder, name);
  await rm(target, {recursive: true, force: true});
  await rename(temporary, target);
  await removeOld(folder, keep);
  return target;
}

/**
 * The newest checkpoint of the folder, or null when there is none.
 * Throws a UserError when it does not belong to this seed, data or network, or when its bytes changed.
 */
export async function loadLatestCheckpoint(
  folder: string,
  layout: FlatLayout,
  identity: CheckpointIdentity,
): Promise<TrainState | null> {
  const newest = (await checkpointNames(folder)).at(-1);
  if (newest === undefined) return null;
  const path = join(folder, newest);
  const record = await readJson(join(path, recordFile), CheckpointRecord, 'checkpoint record');
  requireSame(record, identity, path);
  const file = join(path, stateFile);
  if ((await hashFile(file)) !== record.files[stateFile]) {
    throw new UserError('checkpoint-corrupt', 'The checkpoint is damaged: its checksum differs from the recorded one.', {
      where: file,
      hint: `Delete ${path} to go on from the checkpoint before it.`,
    });
  }
  return readState(file, layout, record.update);
}

function requireSame(record: CheckpointRecord, identity: CheckpointIdentity, path: string): void {
  const hint = 'Start a new run, or put back what the run began with.';
  if (record.seed !== identity.seed) {
    throw new UserError('checkpoint-mismatch', `The checkpoint has seed ${record.seed}, the config ${identity.seed}.`, {where: path, hint});
  }
  if (record.dataFingerprint !== identity.dataFingerprint) {
    throw new UserError('checkpoint-mismatch', 'The training images changed since the checkpoint was written.', {where: path, hint});
  }
}

async function stateTensors(state: TrainState, layout: FlatLayout) {
  const parts: [string, tf.Tensor1D | null][] = [
    ['weights', state.weights],
    ['ema', state.ema],
    ['first', state.optimizer.first],
    ['second', state.optimizer.second],
  ];
  const tensors: {name: string; shape: readonly number[]; dtype: 'F32'; read(): Float32Array}[] = [];
  for (const [part, vector] of parts) {
    if (vector === null) continue;
    const values = (await vector.data()) as Float32Array;
    offsets(layout).forEach(([begin, end], i) => {
      tensors.push({name: `${part}/${layout.names[i]}`, shape: layout.shapes[i] ?? [], dtype: 'F32', read: () => values.subarray(begin, end)});
    });
  }
  return tensors;
}

async function readState(file: string, layout: FlatLayout, update: number): Promise<TrainState> {
  const reader = await openSafetensors(file);
  try {
    const vector = (part: string) => readVector(reader, part, layout, file);
    const hasEma = reader.shapes.has(`ema/${layout.names[0]}`);
    return {
      weights: await vector('weights'),
      ema: hasEma ? await vector('ema') : null,
      optimizer: {first: await vector('first'), second: await vector('second'), updates: update},
      update,
    };
  } finally {
    await reader.close();
  }
}

async function readVector(reader: TensorReader, part: string, layout: FlatLayout, file: string): Promise<tf.Tensor1D> {
  const values = new Float32Array(layout.total);
  for (const [i, [begin, end]] of offsets(layout).entries()) {
    const name = `${part}/${layout.names[i]}`;
    const shape = reader.shapes.get(name);
    if (shape === undefined || shape.join() !== (layout.shapes[i] ?? []).join()) {
      throw new UserError('checkpoint-mismatch', `The checkpoint was made by another network: ${name} is missing or has another shape.`, {where: file});
    }
    values.set(await reader.read(name), begin);
    if (end - begin !== layout.sizes[i]) throw new Error('layout offsets disagree with sizes');
  }
  return tf.tensor1d(values);
}

/** [begin, end) of each parameter in the flat vector. */
function offsets(layout: FlatLayout): [number, number][] {
  let end = 0;
  return layout.sizes.map((size) => [end, (end += size)]);
}

async function removeOld(folder: string, keep: number): Promise<void> {
  const names = await checkpointNames(folder);
  for (const name of names.slice(0, Math.max(0, names.length - keep))) await rm(join(folder, name), {recursive: true});
}

async function checkpointNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^\d{9}$/.test(name)).sort();
}
