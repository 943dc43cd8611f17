import type {EngineChoice} from '../../contract/config/config.ts';
import type {SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {UserError} from '../../contract/errors.ts';
import type {PredictionType} from '../../contract/model/predictionType.ts';
import {requirePrecision} from '../../engine/ops/requirePrecision.ts';
import {startEngine} from '../../engine/startEngine.ts';
import {drawingParts, loadComponents, type Components} from '../../models/components.ts';
import type {ImageShape, ImageSpace} from '../../models/imageSpace.ts';
import {openPretrained, type OpenModel} from '../../models/pretrained.ts';
import {imagesLeft} from '../../pipeline/drawing/imageTakers.ts';
import type {NchwImages} from '../../sample/nchw.ts';
import {givenNoise, seededNoise, torchNoise, type NoiseSource} from '../../sample/noiseSource.ts';
import {promptsFor} from '../../sample/prompts.ts';
import {sampleBatches} from '../../sample/sampleImages.ts';
import {defaultSampler} from '../../sample/samplers/samplers.ts';
import {samplerSettings, type SamplerSettingOptions} from '../samplerSettings.ts';
import {imagesOf, readArray} from './arrays/arrayFile.ts';
import {readPrompts} from '../../data/captions/promptFile.ts';
import {imageSize, type SizeOptions} from './sample/imageSize.ts';
import {checkPart, drawnSpans, type PartOptions} from './sample/drawnPart.ts';
import {latentsFile, type LatentsOptions} from './sample/latentsFile.ts';
import {picturesOf} from './sample/pictureFiles.ts';
import {loadPredict, type ModelOptions} from './sample/sampledModel.ts';

/** Images that are wanted of a model. */
export interface SampleRequest
  extends
    SamplerSettingOptions,
    SizeOptions,
    LatentsOptions,
    PartOptions,
    ModelOptions,
    Pick<SamplingConfig, 'sampler' | 'steps' | 'eta' | 'seed' | 'guidance' | 'guidanceRescale'> {
  readonly predictionType?: PredictionType;
  /** Folder of a tokenizer to take instead of the model's. */
  readonly tokenizer?: string;
  readonly prompt?: readonly string[];
  /** File with a prompt in each line. */
  readonly prompts?: string;
  /** Of the prompts in a table. */
  readonly column?: string;
  readonly negative?: readonly string[];
  /** Images, of each prompt where there are prompts. */
  readonly count?: number;
  readonly batch: number;
  /** Safetensors file with what the images start from. */
  readonly latents?: string;
  /** Name of the start [N,c,h,w] in it. */
  readonly latentsKey?: string;
  /** Whose noise a seed gives. */
  readonly seedLike?: 'torch';
  readonly engine?: EngineChoice;
}

/** What was drawn, and how to draw it again. */
export interface SampleResult {
  readonly out: string | null;
  readonly images: string | null;
  readonly latents: string | null;
  readonly engine: EngineInfo;
  readonly recipe: SamplingConfig & {
    readonly model: string;
    /** SHA-256 of the experts that answer in their ranges instead of the model. */
    readonly experts?: readonly string[];
    readonly count: number;
    /** [height, width] */
    readonly size: readonly [number, number];
    readonly seedLike?: 'torch';
  };
}

const usualCount = 16;

/** Draws images from a model in this process and writes them as PNG, each as soon as it is drawn. */
export async function sampleModel(
  request: SampleRequest,
  onProgress: (done: number, total: number) => void,
): Promise<SampleResult> {
  checkPart(request);
  const chosen = samplerSettings(request);
  const prompts = await promptsOf(request);
  const start = await startOf(request);
  const perPrompt = request.count ?? (prompts === undefined ? (start?.shape[0] ?? usualCount) : 1);
  const count = perPrompt * (prompts?.length ?? 1);
  const pictures = await picturesOf(request, count, prompts === undefined ? undefined : perPrompt);
  const latents = await latentsFile(request);
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const {precision = 'f32'} = request;
  requirePrecision(precision, engine.name, '--precision');
  const model = await openPretrained(request.model, request.predictionType);
  const components = await loadComponents(model.folder, {tokenizer: request.tokenizer, parts: drawingParts});
  const {predict, experts} = await loadPredict(request, model);
  const space = spaceOf(request, model, components, start);
  checkStart(start, space, count, request);
  const {schedule, weightsHash} = model;
  const {sampler = defaultSampler(schedule), steps, eta, seed, seedLike, guidance, guidanceRescale} = request;
  const negative = request.negative?.length === 1 ? request.negative[0] : request.negative && [...request.negative];
  const drawnBy = {prompts, negative, guidance, guidanceRescale};
  const settings = {
    sampler,
    steps,
    eta,
    seed,
    batch: Math.min(request.batch, count),
    ...drawnBy,
    ...chosen,
    ...(precision !== 'f32' && {precision}),
  };
  const text = promptsFor(components.text, drawnBy);
  const [height, width, channels] = space.imageShape;
  const drawn = {model: weightsHash, ...(experts && {experts}), ...settings, count, size: [height, width] as const};
  const recipe = {...drawn, ...(text && {guidance: text.guidance.scale}), ...(seedLike && {seedLike})};
  const spans = await drawnSpans(request, count, settings.batch, recipe);
  const total = imagesLeft(spans, 0);
  for (const span of spans) {
    const batches = sampleBatches({
      ...settings,
      count,
      span,
      predict,
      schedule,
      space,
      text,
      ...(prompts && {perPrompt}),
      noise: noiseOf(seed, seedLike, space, start),
      latents: latents?.taker,
      onProgress: (position) => onProgress(total - imagesLeft(spans, position), total),
    });
    let [first] = span;
    for await (const batch of batches) {
      await pictures.write(batch, space.imageShape, first);
      first += batch.length / (height * width * channels);
    }
  }
  await pictures.end();
  await latents?.write();
  return {
    out: request.out ?? null,
    images: request.images ?? null,
    latents: request.saveLatents ?? null,
    engine,
    recipe,
  };
}

async function promptsOf({prompt, prompts, column}: SampleRequest): Promise<string[] | undefined> {
  const all = [...(prompt ?? []), ...(prompts === undefined ? [] : await readPrompts(prompts, column))];
  return all.length === 0 ? undefined : all;
}

async function startOf({latents, latentsKey}: SampleRequest): Promise<NchwImages | null> {
  if (latents === undefined) return null;
  return imagesOf(await readArray(latents, latentsKey ?? 'latents', '[N,c,h,w]'));
}

function spaceOf(
  request: SampleRequest,
  {folder}: OpenModel,
  components: Components,
  start: NchwImages | null,
): ImageSpace {
  const [, , height, width] = start?.shape ?? [];
  const given = height === undefined || width === undefined ? null : ([height, width] as const);
  return components.spaceOf(imageSize(request, components, given, folder.path));
}

/** Throws a UserError for a start that is not what the network draws. */
function checkStart(start: NchwImages | null, space: ImageSpace, count: number, {latents}: SampleRequest): void {
  if (start === null) return;
  const [height, width, channels] = space.shape;
  const wanted = [count, channels, height, width];
  if (start.shape.join() === wanted.join()) return;
  const message = `These latents have the shape [${start.shape.join(', ')}], but [${wanted.join(', ')}] are drawn.`;
  throw new UserError('arrays-mismatch', message, {
    where: latents,
    hint: 'Give one for each image: as many as prompts times --count.',
  });
}

function noiseOf(
  seed: number,
  like: SampleRequest['seedLike'],
  {shape}: {readonly shape: ImageShape},
  start: NchwImages | null,
): NoiseSource {
  const source = like === 'torch' ? torchNoise(seed, shape) : seededNoise(seed, shape);
  return start === null ? source : givenNoise(start, source);
}
