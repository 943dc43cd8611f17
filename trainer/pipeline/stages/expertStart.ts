import {join} from 'node:path';
import type {Tensor} from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {ProjectionMode} from '../../contract/model/projectionMode.ts';
import {upload} from '../../engine/upload.ts';
import {architectureOf} from '../../models/architectures.ts';
import {loadPretrained, type Pretrained} from '../../models/pretrained.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {projectionShapes} from '../../nn/projections.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {recordFile, stateFile} from '../../store/run/checkpointFiles.ts';
import {openSafetensors} from '../../store/weights/safetensors.ts';
import {damage} from '../../train/checkpointFolder.ts';
import {startInput} from '../graph/evaluationInputs.ts';
import type {StageContext} from './stageContext.ts';

/**
 * The weights that the training of an expert starts from where its config names any (`decouple.start`), for the caller to dispose of; null: those of
 * the base. Moments and the count of updates begin anew. Throws a UserError for weights that are not of the base's network, are those of a finetune of
 * another base, or have projections that the config has none of.
 */
export async function loadStart(context: StageContext, base: Pretrained, index: number): Promise<Params | null> {
  const {start, projection = 'full'} = context.resolved.config.decouple ?? {};
  const given = start?.[index] ?? null;
  if (given === null) return null;
  const read = async (path: string) => {
    const params = (await fileExists(join(path, recordFile)))
      ? await checkpointParams(path)
      : await modelParams(path, base);
    try {
      requireSameNetwork(params, base, projection, path);
      return params;
    } catch (error) {
      disposeParams(params);
      throw error;
    }
  };
  return context.watch.readingInput(given, read, startInput);
}

async function modelParams(path: string, base: Pretrained): Promise<Params> {
  const {params, folder} = await loadPretrained(path);
  const {base: own} = folder.record ?? {};
  if (own === undefined || own === base.weightsHash) return params;
  disposeParams(params);
  throw startMismatch('This model was finetuned from another base.', path);
}

/** The EMA of a checkpoint where it has one, as that is what a training leaves; else its weights. */
async function checkpointParams(path: string): Promise<Params> {
  const fault = await damage(path);
  if (fault !== null) throw startMismatch(`The checkpoint is damaged: ${fault}.`, path);
  const reader = await openSafetensors(join(path, stateFile));
  const params = new Map<string, Tensor>();
  try {
    const names = [...reader.shapes.keys()];
    const prefix = names.some((name) => name.startsWith('ema/')) ? 'ema/' : 'weights/';
    for (const name of names.filter((each) => each.startsWith(prefix))) {
      params.set(name.slice(prefix.length), upload(await reader.read(name), reader.shapes.get(name) ?? []));
    }
    return params;
  } catch (error) {
    disposeParams(params);
    throw error;
  } finally {
    await reader.close();
  }
}

function requireSameNetwork(start: Params, base: Pretrained, mode: ProjectionMode, where: string): void {
  const projections = projectionShapes(architectureOf(base.folder.unetConfig).projectionSites, mode);
  const wanted = new Map<string, readonly number[]>([
    ...projections,
    ...[...base.params].map(([name, {shape}]) => [name, shape] as const),
  ]);
  const isOptional = (name: string) => projections.has(name) && !base.params.has(name);
  const odd = [...new Set([...wanted.keys(), ...start.keys()])].find((name) => {
    const found = start.get(name)?.shape.join();
    return found === undefined ? !isOptional(name) : found !== wanted.get(name)?.join();
  });
  if (odd === undefined) return;
  throw startMismatch(`These weights are not of this network with projection: ${mode}: ${odd} differs.`, where);
}

function startMismatch(message: string, where: string): UserError {
  const hint = 'Give decouple.start weights of an expert of the same base, with the same decouple.projection.';
  return new UserError('start-mismatch', message, {where, hint});
}
