import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {EngineChoice} from '../../../contract/config/config.ts';
import type {EngineInfo} from '../../../contract/engine/engineInfo.ts';
import {UserError} from '../../../contract/errors.ts';
import {toBytes} from '../../../data/pictures/pixelRange.ts';
import {encodePng} from '../../../data/pictures/png.ts';
import {startEngine} from '../../../engine/startEngine.ts';
import {openAutoencoder} from '../../../models/vae/openAutoencoder.ts';
import {decodeNchw} from '../../../sample/autoencodeNchw.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {requireComponent} from '../../../store/weights/components.ts';
import {imagesOf, readArray, requireOutput, writeArrays, type ArrayOutput} from './arrayFile.ts';

/** Latents of a file that are to become images. */
export interface DecodeRequest extends ArrayOutput {
  readonly model: string;
  /** Safetensors file. */
  readonly latents: string;
  /** Name of the latents [N,c,h,w] in it. */
  readonly latentsKey: string;
  /** Folder for PNGs. */
  readonly pictures?: string;
  readonly batch: number;
  readonly engine?: EngineChoice;
}

export interface DecodeResult {
  readonly out: string;
  readonly pictures: string | null;
  /** [N,C,H,W] */
  readonly shape: readonly number[];
  readonly engine: EngineInfo;
}

const tensorName = 'image';

/** Decodes latents by the autoencoder of a pipeline, [N,c,h,w] -> [N,C,H,W], as the pipelines of diffusers do. */
export async function decodeArrays(request: DecodeRequest): Promise<DecodeResult> {
  const {model, out, latents, latentsKey, pictures, batch} = request;
  await requireOutput(request, [model, latents], [tensorName]);
  const given = await readArray(latents, latentsKey, '[N,c,h,w]');
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const opened = await openAutoencoder(await requireComponent(model, 'vae'));
  const [channels, wanted] = [given.shape[1], opened.autoencoder.latentChannels];
  if (channels !== wanted) {
    const message = `${latentsKey} has ${channels} channels, but the autoencoder takes ${wanted}.`;
    throw new UserError('arrays-mismatch', message, {where: latents});
  }
  await opened.decoder.load();
  const {values, shape} = await decodeNchw(opened, imagesOf(given), batch);
  opened.decoder.unload();
  await writeArrays(request, [{name: tensorName, shape, dtype: 'F32', read: () => values}]);
  if (pictures !== undefined) await writePictures(pictures, toBytes(values), shape);
  return {out, pictures: pictures ?? null, shape, engine};
}

/** A PNG for each of the bytes [N,C,H,W]. */
async function writePictures(
  folder: string,
  bytes: Uint8Array,
  [count = 0, channels = 0, height = 0, width = 0]: readonly number[],
): Promise<void> {
  await mkdir(folder, {recursive: true});
  const area = height * width;
  for (let image = 0; image < count; image++) {
    const planes = bytes.subarray(image * channels * area, (image + 1) * channels * area);
    const pixels = Uint8Array.from(planes, (_, i) => planes[(i % channels) * area + Math.floor(i / channels)] ?? 0);
    await writeFileAtomic(join(folder, `${image}.png`), encodePng(pixels, width, height, channels));
  }
}
