import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {concatenate} from '../concatenate.ts';
import {UserError} from '../contract/errors.ts';
import type {RunEvent} from '../contract/run/events.ts';
import type {CheckpointRecord, ClusterScale, LossScaleRecord} from '../contract/run/records.ts';
import {segments, type FlatLayout, type FlatVector} from '../nn/flatParams.ts';
import {writeFileAtomic} from '../store/files/atomicFile.ts';
import {writeFolderAtomic} from '../store/files/atomicFolder.ts';
import {checkpointName, checkpointNames, eventsFile, recordFile, stateFile} from '../store/run/checkpointFiles.ts';
import {readEvents} from '../store/run/eventLog.ts';
import {writeJsonAtomic} from '../store/files/jsonFile.ts';
import {openSafetensors, writeHashedSafetensors, type TensorSource} from '../store/weights/safetensors.ts';
import {hashBytes} from '../store/hashes/sha256.ts';
import {elementCount, type TensorReader} from '../store/weights/tensorReader.ts';
import {damage, readRecord, removeOld, type KeptCheckpoints} from './checkpointFolder.ts';
import type {TrainState} from './trainState.ts';

/** What must be unchanged for a training to continue from a checkpoint. */
export interface CheckpointIdentity {
  readonly seed: number;
  readonly dataFingerprint: string;
}

/** A checkpoint as it was read. */
export interface LoadedCheckpoint {
  readonly state: TrainState;
  /** The total of updates that the training was to make when the checkpoint was written. */
  readonly updates: number | undefined;
  /** Of learned weights of the loss. */
  readonly scales: readonly ClusterScale[] | undefined;
  /** Of a training in f16. */
  readonly lossScale: LossScaleRecord | undefined;
  /** Events that may have been missing from the log when the checkpoint was written. */
  readonly events: readonly RunEvent[];
  /** What is wrong with newer checkpoints, one sentence each. */
  readonly skipped: readonly string[];
}

/** How checkpoints are written. */
export interface CheckpointSetting extends KeptCheckpoints {
  readonly layout: FlatLayout;
  readonly identity: CheckpointIdentity;
  /** The total of updates that the training is to make. */
  readonly updates: number;
  /** Of learned weights of the loss. */
  readonly scales?: readonly ClusterScale[];
  /** Of a training in f16. */
  readonly lossScale?: LossScaleRecord;
  /** Events that may be missing from the log. Default: none. */
  readonly events?: readonly RunEvent[];
}

/** An upper bound for the bytes that a checkpoint of this state takes on disk. */
export function checkpointBytes({weights, ema, first, second}: TrainState, {names}: FlatLayout): number {
  const vectors = [weights, first, second, ...(ema ? [ema] : [])];
  const numbers = vectors.flat().reduce((sum, {size}) => sum + size, 0);
  return 4 * numbers + vectors.length * names.reduce((sum, name) => sum + name.length + 200, 0) + 4096;
}

/**
 * Writes `<folder>/<update>` with weights, EMA and optimizer moments (memory order, one entry per parameter name), then removes what
 * `removeOld` finds. An intact checkpoint of that update is the one that the training continued from: it stays.
 */
export async function saveCheckpoint(folder: string, state: TrainState, setting: CheckpointSetting): Promise<string> {
  const {layout, identity, updates, scales, lossScale, events = []} = setting;
  const target = join(folder, checkpointName(state.update));
  if ((await damage(target)) !== null) {
    await writeFolderAtomic(target, async (temporary) => {
      const hash = await writeHashedSafetensors(join(temporary, stateFile), stateTensors(state, layout));
      const files = {[stateFile]: hash, ...(events.length > 0 && (await writeEvents(temporary, events)))};
      const learned = {...(scales && {scales: [...scales]}), ...(lossScale && {lossScale})};
      const record: CheckpointRecord = {format: 1, update: state.update, updates, ...identity, ...learned, files};
      await writeJsonAtomic(join(temporary, recordFile), record);
    });
  }
  await removeOld(folder, state.update, setting);
  return target;
}

/**
 * The newest checkpoint of the folder that is intact, or null when there is none at all. Throws a UserError when it does not belong to
 * this seed, data or network, lacks or has an EMA against `withEma`, or when all of them are damaged.
 */
export async function loadLatestCheckpoint(
  folder: string,
  layout: FlatLayout,
  identity: CheckpointIdentity,
  withEma: boolean,
): Promise<LoadedCheckpoint | null> {
  const skipped: string[] = [];
  for (const name of (await checkpointNames(folder)).reverse()) {
    const path = join(folder, name);
    const fault = await damage(path);
    if (fault === null) return {...(await load(path, layout, identity, withEma)), skipped};
    skipped.push(`The checkpoint ${name} is damaged (${fault}).`);
  }
  if (skipped.length === 0) return null;
  throw new UserError('checkpoint-corrupt', `No checkpoint can be read. ${skipped.join(' ')}`, {
    where: folder,
    hint: 'Delete the folder to start this training over.',
  });
}

async function load(path: string, layout: FlatLayout, identity: CheckpointIdentity, withEma: boolean) {
  const record = await readRecord(path);
  requireSame(record, identity, path);
  const state = await readState(join(path, stateFile), layout, withEma, record.update);
  const {updates, scales, lossScale} = record;
  return {state, updates, scales, lossScale, events: await readEvents(join(path, eventsFile))};
}

/** The entry of the file for the record. */
async function writeEvents(folder: string, events: readonly RunEvent[]): Promise<Record<string, string>> {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  await writeFileAtomic(join(folder, eventsFile), text);
  return {[eventsFile]: hashBytes(text)};
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
      const full = `${part}/${name}`;
      const read = () => readPart(full, vector[i] as tf.Tensor1D, begin, elementCount(shape));
      return {name: full, shape, dtype: 'F32' as const, read};
    });
  });
}

const spoiltCode = 'state-not-finite';

/** Whether an error says that a state could not be saved because a number of it is not finite. */
export function isSpoilt(error: unknown): boolean {
  return error instanceof UserError && error.code === spoiltCode;
}

/** Throws a UserError for a number that is not finite: a checkpoint is what a training can go on from. */
async function readPart(name: string, segment: tf.Tensor1D, begin: number, size: number): Promise<Float32Array> {
  const part = tf.slice1d(segment, begin, size);
  const values = await part.data<'float32'>().finally(() => part.dispose());
  if (values.every(Number.isFinite)) return values;
  throw new UserError(spoiltCode, `${name} has become a number that is not finite.`, {
    hint: 'Lower the learning rate.',
  });
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

/** Checks for exactly the tensors of this network: an additional one would silently be lost. */
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
    vector.push(tf.tensor1d(concatenate(Float32Array, values)));
  }
  return vector;
}
