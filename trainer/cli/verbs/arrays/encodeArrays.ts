import type {EngineChoice} from '../../../contract/config/config.ts';
import type {EngineInfo} from '../../../contract/engine/engineInfo.ts';
import {UserError} from '../../../contract/errors.ts';
import {startEngine} from '../../../engine/startEngine.ts';
import {openTextConditioner} from '../../../models/clip/textConditioner.ts';
import {openAutoencoder} from '../../../models/vae/openAutoencoder.ts';
import {encodeNchw} from '../../../sample/autoencodeNchw.ts';
import {inBatches} from '../../../sample/nchw.ts';
import {requireComponent, requireTokenizer} from '../../../store/weights/components.ts';
import type {TensorSource} from '../../../store/weights/safetensors.ts';
import {imagesOf, readArray, requireOutput, writeArrays, type ArrayOutput} from './arrayFile.ts';
import {readPictures} from './pictureArray.ts';
import {readPrompts} from '../../../data/captions/promptFile.ts';

/** Texts, or images of a file, that are to be encoded by the components of a pipeline. */
export interface EncodeRequest extends ArrayOutput {
  /** Pipeline folder or single-file checkpoint. */
  readonly model: string;
  /** Folder of a tokenizer to take instead of the model's. */
  readonly tokenizer?: string;
  /** File with a text in each line. */
  readonly text?: string;
  /** Folder with the pictures, or one of them. */
  readonly pictures?: string;
  /** Safetensors file with the images, or with noise. */
  readonly arrays?: string;
  /** Name of the images [N,C,H,W] in it: bytes, or numbers in [-1, 1]. */
  readonly images?: string;
  /** Name of the noise [N,c,h,w] in it; left out: drawn with `seed`. */
  readonly noise?: string;
  readonly clipSkip: number;
  readonly batch: number;
  readonly seed: number;
  readonly engine?: EngineChoice;
}

export interface EncodeResult {
  readonly out: string;
  /** In PyTorch's order. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly engine: EngineInfo;
}

const names = ['ids', 'context', 'mean', 'logvar', 'latents'];

/**
 * `ids` [N,T] and `context` [N,T,width] of texts, or `mean`, `logvar` and `latents` [N,c,h,w] of images, as the pipelines of diffusers have
 * them.
 */
export async function encodeArrays(request: EncodeRequest): Promise<EncodeResult> {
  const {model, text, pictures, arrays, engine: name = 'auto'} = request;
  requireOneInput(request);
  const inputs = [text, pictures, arrays].filter((path) => path !== undefined);
  await requireOutput(request, [model, ...inputs], names);
  const engine = await startEngine({name});
  const tensors = text === undefined ? await encodeImages(request) : await encodeTexts(request, text);
  await writeArrays(request, tensors);
  return {out: request.out, shapes: Object.fromEntries(tensors.map(({name, shape}) => [name, shape])), engine};
}

function requireOneInput({text, pictures, images, noise, arrays}: EncodeRequest): void {
  const given = [text, pictures, images].filter((input) => input !== undefined);
  const needsArrays = images !== undefined || (noise !== undefined && text === undefined);
  if (given.length === 1 && needsArrays === (arrays !== undefined)) return;
  const hint = 'With pictures, --arrays FILE with --noise KEY may be given, too.';
  throw new UserError('usage', 'Give either --text FILE, --pictures PATH, or --arrays FILE with --images KEY.', {hint});
}

async function encodeTexts({model, tokenizer, clipSkip, batch}: EncodeRequest, file: string): Promise<TensorSource[]> {
  const encoder = await requireComponent(model, 'text_encoder');
  const conditioner = await openTextConditioner(encoder, await requireTokenizer(model, tokenizer));
  const texts = await readPrompts(file);
  await conditioner.load();
  const {context} = await inBatches(texts.length, batch, (from, to) => ({
    context: conditioner.encode(texts.slice(from, to), clipSkip),
  }));
  conditioner.unload();
  const numbers = BigInt64Array.from(texts.flatMap(conditioner.tokenize), BigInt);
  return [
    {name: 'ids', shape: context.shape.slice(0, 2), dtype: 'I64', read: () => numbers},
    {name: 'context', shape: context.shape, dtype: 'F32', read: () => context.values},
  ];
}

async function encodeImages(request: EncodeRequest): Promise<TensorSource[]> {
  const {model, pictures, arrays = '', images = '', noise, seed, batch} = request;
  const pixels = pictures === undefined ? await readArray(arrays, images, '[N,C,H,W]') : await readPictures(pictures);
  const given = noise === undefined ? null : await readArray(arrays, noise, '[N,c,h,w]');
  const opened = await openAutoencoder(await requireComponent(model, 'vae'));
  const {factor, latentChannels} = opened.autoencoder;
  const [count = 0, , ...sides] = pixels.shape;
  // Each level of the encoder but the last halves and rounds down.
  const shape = [count, latentChannels, ...sides.map((side) => Math.floor(side / factor))];
  if (given !== null && given.shape.join() !== shape.join()) {
    const message = `${noise} has shape [${given.shape.join(', ')}] instead of [${shape.join(', ')}].`;
    throw new UserError('arrays-mismatch', message, {where: arrays});
  }
  const settings = {areBytes: pixels.dtype === 'U8', noise: given && imagesOf(given), seed, batch};
  await opened.encoder.load();
  const encoded = await encodeNchw(opened, imagesOf(pixels), settings);
  opened.encoder.unload();
  return Object.entries(encoded).map(([name, {values, shape}]) => ({name, shape, dtype: 'F32', read: () => values}));
}
