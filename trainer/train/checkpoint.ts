import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import {CheckpointRecord} from '../contract/records.ts';
import {segments, type FlatLayout, type FlatVector} from '../nn/flatParams.ts';
import {writeFolderAtomic} from '../store/atomicFolder.ts';
import {fileExists} from '../store/fileExists.ts';
import {readJson, writeJsonAtomic} from '../store/jsonFile.ts';
import {openSafetensors, writeSafetensors, type TensorSource} from '../store/safetensors.ts';
import {hashFile} from '../store/sha256.ts';
import {elementCount, type TensorReader} from '../store/tensorReader.ts';
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
 * but the newest `keep` and what a crash left half written. One that is there already is the state that was continued from: it stays.
 */
export async function saveCheckpoint(
  folder: string,
  state: TrainState,
  layout: FlatLayout,
  identity: CheckpointIdentity,
  keep: number,
): Promise<string> {
  const target = join(folder, String(state.update).padStart(9, '0'));
  if (!(await fileExists(target))) {
    await writeFolderAtomic(target, async (temporary) => {
      const hash = await writeSafetensors(join(temporary, stateFile), stateTensors(state, layout));
      const record: CheckpointRecord = {format: 1, update: state.update, ...identity, files: {[stateFile]: hash}};
      await writeJsonAtomic(join(temporary, recordFile), record);
    });
  }
  await removeOld(folder, keep);
  return target;
}

/**
 * The newest checkpoint of the folder, or null when there is none.
 * Throws a UserError when it does not belong to this seed, data or network, lacks or has an EMA against `withEma`, or when its bytes
 * changed.
 */
export async function loadLatestCheckpoint(
  folder: string,
  layout: FlatLayout,
  identity: CheckpointIdentity,
  withEma: boolean,
): Promise<TrainState | null> {
  const newest = (await checkpointNames(folder)).at(-1);
  if (newest === undefined) return null;
  const path = join(folder, newest);
  const record = await readJson(join(path, recordFile), CheckpointRecord, 'checkpoint record');
  requireSame(record, identity, path);
  const file = join(path, stateFile);
  if (!(await fileExists(file)) || (await hashFile(file)) !== record.files[stateFile]) {
    throw new UserError(
      'checkpoint-corrupt',
      'The checkpoint is damaged: its checksum differs from the recorded one.',
      {
        where: file,
        hint: `Delete ${path} to go on from the checkpoint before it.`,
      },
    );
  }
  return readState(file, layout, withEma, record.update);
}

const newRunHint = 'Start a new run, or put back what the run began with.';

function requireSame(record: CheckpointRecord, identity: CheckpointIdentity, where: string): void {
  const refuse = (why: string) => {
    throw new UserError('checkpoint-mismatch', why, {where, hint: newRunHint});
  };
  if (record.seed !== identity.seed) {
    refuse(`The checkpoint has seed ${record.seed}, the config ${identity.seed}.`);
  }
  if (record.dataFingerprint !== identity.dataFingerprint) {
    refuse('The training images changed since the checkpoint was written.');
  }
}

const parts = ['weights', 'ema', 'first', 'second'] as const;

function stateTensors(state: TrainState, layout: FlatLayout): TensorSource[] {
  return parts.flatMap((part) => {
    const vector = state[part];
    return vector === null ? [] : vectorTensors(part, vector, layout);
  });
}

/** The parameters of a vector, each on the host only while it is being written. */
function vectorTensors(part: string, vector: FlatVector, layout: FlatLayout): TensorSource[] {
  const shapes = segments(layout.shapes, layout);
  return segments(layout.names, layout).flatMap((names, i) => {
    let end = 0;
    return names.map((name, k) => {
      const shape = shapes[i]?.[k] ?? [];
      const begin = end;
      end += elementCount(shape);
      const read = () => readPart(vector[i] as tf.Tensor1D, begin, elementCount(shape));
      return {name: `${part}/${name}`, shape, dtype: 'F32' as const, read};
    });
  });
}

async function readPart(segment: tf.Tensor1D, begin: number, size: number): Promise<Float32Array> {
  const values = tf.slice1d(segment, begin, size);
  return values.data<'float32'>().finally(() => values.dispose());
}

async function readState(file: string, layout: FlatLayout, withEma: boolean, update: number): Promise<TrainState> {
  const reader = await openSafetensors(file);
  try {
    requireSameNetwork(reader, layout, withEma, file);
    const vector = (part: string) => readVector(reader, part, layout);
    return {
      weights: await vector('weights'),
      ema: withEma ? await vector('ema') : null,
      first: await vector('first'),
      second: await vector('second'),
      update,
    };
  } finally {
    await reader.close();
  }
}

/** Exactly the tensors of this network: one too many means that its training would go on without it. */
function requireSameNetwork(reader: TensorReader, layout: FlatLayout, withEma: boolean, where: string): void {
  const wanted = new Map(
    parts
      .filter((part) => withEma || part !== 'ema')
      .flatMap((part) => layout.names.map((name, i) => [`${part}/${name}`, (layout.shapes[i] ?? []).join()])),
  );
  const odd = [...new Set([...wanted.keys(), ...reader.shapes.keys()])].find(
    (name) => reader.shapes.get(name)?.join() !== wanted.get(name),
  );
  if (odd === undefined) return;
  const why = `The checkpoint was made by another network or with another EMA setting: ${odd} is missing, unknown or of another shape.`;
  throw new UserError('checkpoint-mismatch', why, {where, hint: newRunHint});
}

async function readVector(reader: TensorReader, part: string, layout: FlatLayout): Promise<FlatVector> {
  const vector: tf.Tensor1D[] = [];
  for (const names of segments(layout.names, layout)) {
    const values = [];
    for (const name of names) values.push(await reader.read(`${part}/${name}`));
    vector.push(tf.tensor1d(joined(values)));
  }
  return vector;
}

function joined(values: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(values.reduce((sum, {length}) => sum + length, 0));
  let end = 0;
  for (const part of values) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

async function removeOld(folder: string, keep: number): Promise<void> {
  const names = await checkpointNames(folder);
  const halfWritten = (await readdir(folder)).filter((name) => name.startsWith('.'));
  for (const name of [...names.slice(0, Math.max(0, names.length - keep)), ...halfWritten]) {
    await rm(join(folder, name), {recursive: true, force: true});
  }
}

async function checkpointNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^\d{9}$/.test(name)).sort();
}
