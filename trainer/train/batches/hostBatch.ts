import type {TrainingConfig} from '../../contract/config/training.ts';
import {trainBatch, type DrawnImage} from '../../data/batches.ts';
import {drawCaption} from '../../data/captions/drawCaption.ts';
import type {ImageRows} from '../../data/imageRows.ts';
import {textStates, type ImageTexts} from '../../data/textRows.ts';
import {createRandom, type Random} from '../../random.ts';

/** What the random draws of a training depend on; it can be sent. */
export interface DrawSetting {
  /** The stage whose draws they are. */
  readonly stage: string;
  readonly config: Pick<TrainingConfig, 'seed' | 'batch' | 'accumulation' | 'captionDropout'>;
  readonly flip: boolean;
  readonly randomCrop: boolean;
  /** [H,W,C] of what the network takes. */
  readonly shape: readonly [number, number, number];
  /** Whether an image stands for a distribution of what the network takes. */
  readonly encodes: boolean;
}

/** Where images and texts are read from. */
export interface DrawSource {
  readonly images: ImageRows;
  readonly texts: ImageTexts | null;
}

/** What is drawn of a micro-batch without an engine, on the host. */
export interface HostBatch {
  /** Rows of images, [N,H,W,C]. */
  readonly images: Float32Array;
  /** States of the texts, [N,T,width]; null where the network takes none. */
  readonly context: Float32Array | null;
  /** Standard normal, [N,h,w,c] of what the network takes. */
  readonly noise: Float32Array;
  /** The same once more, by which images are drawn from their distributions; null where they are no distributions. */
  readonly encoded: Float32Array | null;
}

/** Micro-batch `micro` of an update: a function of (seed, stage, update), which is what makes a resumed run equal to an unbroken one. */
export async function drawHostBatch(
  source: DrawSource,
  setting: DrawSetting,
  update: number,
  micro: number,
): Promise<HostBatch> {
  const {config, flip, randomCrop, shape, encodes} = setting;
  const {seed, batch, accumulation} = config;
  const index = update * accumulation + micro;
  const {drawn, values} = await trainBatch({source: source.images, batch, seed, index, flip, randomCrop});
  const size = shape.reduce((product, length) => product * length, 1);
  const noise = drawStream(setting, 'noise', update, micro).fillNormal(new Float32Array(batch * size));
  const encoded = encodes ? new Float32Array(batch * size) : null;
  for (let i = 0; encoded !== null && i < batch; i++)
    drawStream(setting, 'encoded', update, micro, i).fillNormal(encoded.subarray(i * size, (i + 1) * size));
  return {images: values, context: source.texts && (await readContext(source.texts, config, drawn)), noise, encoded};
}

/** The random numbers of a kind of draw of a micro-batch. */
export function drawStream(
  {config, stage}: Pick<DrawSetting, 'config' | 'stage'>,
  what: string,
  update: number,
  ...path: number[]
): Random {
  return createRandom(config.seed, stage, what, update, ...path);
}

async function readContext(
  {captions, rows}: ImageTexts,
  {seed, captionDropout: dropout = 0}: DrawSetting['config'],
  drawn: readonly DrawnImage[],
): Promise<Float32Array> {
  const texts: string[] = [];
  for (const {index, position} of drawn) texts.push(drawCaption(await captions(index), {seed, position, dropout}));
  return textStates(rows, texts);
}
