import {mkdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {EngineChoice} from '../../contract/config/config.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import type {PredictionType} from '../../contract/model/predictionType.ts';
import {startEngine} from '../../engine/startEngine.ts';
import {loadPretrained} from '../../models/pretrained.ts';
import {predictNchw, type HostContext, type NchwImages} from '../../sample/predictNchw.ts';
import {requireApart, requireFree} from '../../store/files/pathIdentity.ts';
import {openSafetensors, writeSafetensors} from '../../store/weights/safetensors.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';

/** One forward pass that is wanted. */
export interface PredictRequest {
  /** Diffusers folder or single-file checkpoint. */
  readonly model: string;
  readonly predictionType?: PredictionType;
  /** Safetensors file with the inputs. */
  readonly arrays: string;
  /** Name of the noisy images [N,C,H,W] in it. */
  readonly sample: string;
  /** Name of the timesteps [N] in it. */
  readonly timesteps: string;
  /** Name of the hidden states of a text encoder [N,T,C] in it, for a network that is conditioned on text. */
  readonly context?: string;
  readonly out: string;
  readonly overwrite?: boolean;
  readonly engine?: EngineChoice;
}

export interface PredictResult {
  readonly out: string;
  /** [N,C,H,W] */
  readonly shape: readonly number[];
  readonly engine: EngineInfo;
}

interface Inputs {
  readonly images: NchwImages;
  readonly timesteps: readonly number[];
  readonly context?: HostContext;
}

/** Calls the network of a diffusers folder once on arrays of a file, both in PyTorch's order. */
export async function predictArrays(request: PredictRequest): Promise<PredictResult> {
  const {out, model, arrays, overwrite} = request;
  await requireApart(out, [model, arrays]);
  await requireFree(out, {overwrite, isOwn: isPrediction});
  const {images, timesteps, context} = await readInputs(request);
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const {denoiser, params, folder} = await loadPretrained(model, request.predictionType);
  if (images.shape[1] !== denoiser.inChannels) {
    const message = `${request.sample} has ${images.shape[1]} channels, but the model takes ${denoiser.inChannels}.`;
    throw new UserError('arrays-mismatch', message, {where: folder.path});
  }
  const {values, shape} = await predictNchw(denoiser, params, images, timesteps, context);
  await mkdir(dirname(out), {recursive: true});
  await writeSafetensors(out, [{name: tensorName, shape, dtype: 'F32', read: () => values}]);
  return {out, shape, engine};
}

const tensorName = 'output';

async function isPrediction(path: string): Promise<boolean> {
  const reader = await openSafetensors(path).catch(nullForUserError);
  await reader?.close();
  return reader?.shapes.size === 1 && reader.shapes.has(tensorName);
}

async function readInputs({arrays, sample, timesteps, context}: PredictRequest): Promise<Inputs> {
  const reader = await openSafetensors(arrays);
  try {
    const [count, channels, height, width] = shapeOf(reader, arrays, sample, '[N,C,H,W]', 4);
    const [timestepCount] = shapeOf(reader, arrays, timesteps, '[N]', 1);
    if (timestepCount !== count) {
      const message = `${sample} holds ${count} images, but ${timesteps} ${timestepCount} timesteps.`;
      throw new UserError('arrays-mismatch', message, {where: arrays});
    }
    const shape: NchwImages['shape'] = [count ?? 0, channels ?? 0, height ?? 0, width ?? 0];
    const images = {values: await reader.read(sample), shape};
    return {
      images,
      timesteps: [...(await reader.read(timesteps))],
      ...(context !== undefined && {context: await readContext(reader, arrays, context, sample)}),
    };
  } finally {
    await reader.close();
  }
}

async function readContext(reader: TensorReader, where: string, key: string, sample: string): Promise<HostContext> {
  const [count = 0, tokens = 0, width = 0] = shapeOf(reader, where, key, '[N,T,C]', 3);
  const images = reader.shapes.get(sample)?.[0];
  if (images !== count) {
    throw new UserError('arrays-mismatch', `${sample} holds ${images} images, but ${key} ${count} contexts.`, {where});
  }
  return {values: await reader.read(key), shape: [count, tokens, width]};
}

function shapeOf(reader: TensorReader, where: string, key: string, wanted: string, rank: number): readonly number[] {
  const shape = reader.shapes.get(key);
  if (shape === undefined) {
    const hint = `It holds ${[...reader.shapes.keys()].slice(0, 20).join(', ')}.`;
    throw new UserError('tensor-missing', `There is no tensor '${key}'.`, {where, hint});
  }
  if (shape.length === rank) return shape;
  throw new UserError('arrays-mismatch', `${key} has shape [${shape.join(', ')}] instead of ${wanted}.`, {where});
}
