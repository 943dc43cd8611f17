import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {EngineChoice} from '../../contract/config/config.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import type {PredictionType} from '../../contract/model/predictionType.ts';
import type {SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import {encodePng, imageGrid} from '../../data/pictures/png.ts';
import {startEngine} from '../../engine/startEngine.ts';
import {loadComponents} from '../../models/components.ts';
import {loadPretrained} from '../../models/pretrained.ts';
import {Predictor} from '../../models/predictor.ts';
import {requireImageShape} from '../../sample/requireImageShape.ts';
import {modelPredict} from '../../sample/predict.ts';
import {sampleImages} from '../../sample/sampleImages.ts';
import {defaultSampler} from '../../sample/samplers/samplers.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {requireApart, requireFree} from '../../store/files/pathIdentity.ts';
import {firstBytes} from '../../store/files/regularFile.ts';
import {samplerSettings, type SamplerSettingOptions} from '../samplerSettings.ts';

/** Images that are wanted of a model. */
export interface SampleRequest
  extends SamplerSettingOptions, Pick<SamplingConfig, 'sampler' | 'steps' | 'eta' | 'seed' | 'batch'> {
  /** Diffusers folder or single-file checkpoint. */
  readonly model: string;
  readonly predictionType?: PredictionType;
  /** PNG of the grid. */
  readonly out: string;
  readonly overwrite?: boolean;
  /** Folder for single PNGs. */
  readonly images?: string;
  readonly count: number;
  readonly engine?: EngineChoice;
}

/** What was drawn, and how to draw it again. */
export interface SampleResult {
  readonly out: string;
  readonly images: string | null;
  readonly engine: EngineInfo;
  readonly recipe: SamplingConfig & {readonly model: string; readonly count: number};
}

type Shape = readonly [number, number, number];

/** Draws images from a diffusers folder in this process and writes them as PNG. */
export async function sampleModel(
  request: SampleRequest,
  onProgress: (done: number, total: number) => void,
): Promise<SampleResult> {
  const chosen = samplerSettings(request);
  const files = filesOf(request);
  for (const file of files) {
    await requireApart(file, [request.model]);
    await requireFree(file, {overwrite: request.overwrite, isOwn: isPng});
  }
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const model = await loadPretrained(request.model, request.predictionType);
  const {denoiser, params, schedule, folder, weightsHash} = model;
  const components = await loadComponents(folder);
  const shape = requireImageShape(components, folder.path);
  const {count, sampler = defaultSampler(schedule), steps, eta, seed, batch} = request;
  const settings = {count, sampler, steps, eta, seed, batch, ...chosen};
  const predict = modelPredict(new Predictor(denoiser, params));
  const images = await sampleImages({...settings, predict, schedule, space: components.spaceOf(shape), onProgress});
  const [grid, ...singles] = files;
  const size = images.length / count;
  if (grid !== undefined) await writePng(grid, images, shape, count);
  for (const [i, file] of singles.entries()) {
    await writePng(file, images.subarray(i * size, (i + 1) * size), shape, 1);
  }
  return {out: request.out, images: request.images ?? null, engine, recipe: {model: weightsHash, ...settings}};
}

/** The grid, and then the single images if they are asked for. */
function filesOf({out, images, count}: SampleRequest): string[] {
  if (images === undefined) return [out];
  const digits = String(count - 1).length;
  return [out, ...Array.from({length: count}, (_, i) => join(images, `${String(i).padStart(digits, '0')}.png`))];
}

async function isPng(path: string): Promise<boolean> {
  return (await firstBytes(path, pngSignature.length))?.equals(pngSignature) === true;
}

const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

async function writePng(file: string, images: Float32Array, shape: Shape, count: number): Promise<void> {
  const {pixels, width, height, channels} = imageGrid(images, [count, ...shape], Math.ceil(Math.sqrt(count)));
  await mkdir(dirname(file), {recursive: true});
  await writeFileAtomic(file, encodePng(pixels, width, height, channels));
}
