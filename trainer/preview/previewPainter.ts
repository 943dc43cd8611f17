import {pictureCount, type PreviewPicture, type PreviewText} from '../contract/panel/preview.ts';
import {sampleGrid} from '../data/pictures/sampleGrid.ts';
import {Predictor} from '../models/predictor.ts';
import type {TextConditioner} from '../models/clip/textConditioner.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {modelPredict} from '../sample/predict.ts';
import {promptsFor} from '../sample/prompts.ts';
import {sampleImages} from '../sample/sampleImages.ts';
import {keptContexts} from '../models/clip/keptContexts.ts';
import type {StillWanted} from './previewMerger.ts';
import type {PreviewModels} from './previewModels.ts';

/**
 * Images that are drawn at once: the coarse picture in one go, a refined one in several. Engines prepare what they compute for a number of
 * images, and some keep another copy of the weights for it.
 */
export const previewBatch = 4;

/** What is drawn, beside the parameters: an image depends on its seed, its number and its prompt alone. */
export type PictureSize = Pick<PreviewPicture, 'seed' | 'images' | 'steps' | 'text'>;

/** What a model with a text encoder is asked for where an order has no text: the prediction for no prompt, as it is. */
const noText: PreviewText = {prompts: [''], negative: '', guidance: 1};

/** Draws sample grids with parameters that change, on the current backend. */
export class PreviewPainter {
  readonly #models: PreviewModels;
  readonly #text: TextConditioner | null;
  #predictor: Predictor | null = null;
  #batch = 0;

  constructor(models: PreviewModels) {
    this.#models = models;
    const {text} = models.components;
    this.#text = text && keptContexts(text);
  }

  /**
   * Draws by DDIM without noise, as `deme sample` with the same seed, images, steps and batch, and returns a PNG: a row for each prompt, or
   * about a square for models without prompts and for cells. Frees the parameters, also when `stillWanted`, which is asked after each step, throws.
   */
  async draw(params: Params, size: PictureSize, isCell: boolean, stillWanted: StillWanted): Promise<Uint8Array> {
    const {space} = this.#models;
    const count = pictureCount(size.images, size.text);
    const columns = size.text === undefined || isCell ? undefined : size.images;
    try {
      const drawn = await this.#images(params, size, Math.min(count, previewBatch), stillWanted);
      return sampleGrid(drawn, space.imageShape, columns);
    } finally {
      disposeParams(params);
    }
  }

  /** Frees what is on the device. */
  dispose(): void {
    this.#drop();
    this.#text?.unload();
    this.#models.components.unload();
  }

  /** [N,H,W,C] in about [-1, 1] on the host. */
  #images(
    params: Params,
    {seed, images, steps, text}: PictureSize,
    batch: number,
    stillWanted: StillWanted,
  ): Promise<Float32Array> {
    const {model, space} = this.#models;
    const {schedule} = model;
    const predictor = this.#load(params, batch);
    const prompts = promptsFor(this.#text, text ?? (this.#text === null ? {} : noText));
    return sampleImages({
      predict: modelPredict(predictor),
      schedule,
      space,
      text: prompts,
      perPrompt: prompts && images,
      count: pictureCount(images, text),
      sampler: 'ddim',
      eta: 0,
      seed,
      steps,
      batch,
      onProgress: stillWanted,
    });
  }

  #drop(): void {
    this.#predictor?.dispose();
    this.#predictor = null;
  }

  #load(params: Params, batch: number): Predictor {
    if (this.#predictor !== null && this.#batch === batch) {
      this.#predictor.load(params);
      return this.#predictor;
    }
    this.#drop();
    this.#batch = batch;
    return (this.#predictor = new Predictor(this.#models.model.denoiser, params));
  }
}
