import type {EngineChoice} from '../../../contract/config/config.ts';
import type {EngineInfo} from '../../../contract/engine/engineInfo.ts';
import {UserError} from '../../../contract/errors.ts';
import type {PredictionType} from '../../../contract/model/predictionType.ts';
import {startEngine} from '../../../engine/startEngine.ts';
import {loadPretrained} from '../../../models/pretrained.ts';
import {predictNchw, type NchwInputs} from '../../../sample/predictNchw.ts';
import {imagesOf, readArray, requireOutput, writeArrays, type ArrayOutput} from './arrayFile.ts';

/** One forward pass that is wanted. */
export interface PredictRequest extends ArrayOutput {
  /** Diffusers folder or single-file checkpoint. */
  readonly model: string;
  readonly predictionType?: PredictionType;
  /** Safetensors file with the inputs. */
  readonly arrays: string;
  /** Name of the noisy images [N,C,H,W] in it. */
  readonly sample: string;
  /** Name of the timesteps [N] in it, whole or fractional. */
  readonly timesteps: string;
  /** Name of the hidden states of a text encoder [N,T,width] in it, for models that are conditioned on text. */
  readonly context?: string;
  readonly engine?: EngineChoice;
}

export interface PredictResult {
  readonly out: string;
  /** [N,C,H,W] */
  readonly shape: readonly number[];
  readonly engine: EngineInfo;
}

const tensorName = 'output';

/** Calls the network of a diffusers folder once on arrays of a file, both in PyTorch's order. */
export async function predictArrays(request: PredictRequest): Promise<PredictResult> {
  const {out, model, arrays} = request;
  await requireOutput(request, [model, arrays], [tensorName]);
  const inputs = await readInputs(request);
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const {denoiser, params, folder} = await loadPretrained(model, request.predictionType);
  const channels = inputs.noisy.shape[1];
  if (channels !== denoiser.inChannels) {
    const message = `${request.sample} has ${channels} channels, but the model takes ${denoiser.inChannels}.`;
    throw new UserError('arrays-mismatch', message, {where: folder.path});
  }
  const {values, shape} = await predictNchw(denoiser, params, inputs);
  await writeArrays(request, [{name: tensorName, shape, dtype: 'F32', read: () => values}]);
  return {out, shape, engine};
}

async function readInputs({arrays, sample, timesteps, context}: PredictRequest): Promise<NchwInputs> {
  const noisy = await readArray(arrays, sample, '[N,C,H,W]');
  const times = await readArray(arrays, timesteps, '[N]');
  const states = context === undefined ? undefined : await readArray(arrays, context, '[N,T,width]');
  const [count = 0] = noisy.shape;
  const others = [
    [timesteps, 'timesteps', times],
    [context, 'contexts', states],
  ] as const;
  for (const [key, what, array] of others) {
    if (array === undefined || array.shape[0] === count) continue;
    const message = `${sample} holds ${count} images, but ${key} ${array.shape[0]} ${what}.`;
    throw new UserError('arrays-mismatch', message, {where: arrays});
  }
  const [, tokens = 0, size = 0] = states?.shape ?? [];
  return {
    noisy: imagesOf(noisy),
    timesteps: [...times.values],
    ...(states && {context: {values: states.values, shape: [count, tokens, size]}}),
  };
}
