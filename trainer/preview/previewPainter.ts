import type {PreviewPicture} from '../contract/panel/preview.ts';
import {encodePng, imageGrid} from '../data/pictures/png.ts';
import {Predictor} from '../models/predictor.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {modelPredict} from '../sample/predict.ts';
import {sampleImages} from '../sample/sampleImages.ts';
import type {StillWanted} from './previewMerger.ts';
import type {PreviewModels} from './previewModels.ts';

/**
 * Images that are drawn at once: the coarse picture in one go, a refined one in several. Engines prepare what they compute for a number of
 * images, and some keep another copy of the weights for it.
 */
export const previewBatch = 4;

/** What is drawn, beside the parameters: an image depends on its seed and number alone. */
export type PictureSize = Pick<PreviewPicture, 'seed' | 'images' | 'steps'>;

/** Draws sample grids with parameters that change, on the current backend. */
export class PreviewPainter {
  readonly #models: PreviewModels;
  #predictor: Predictor | null = null;
  #batch = 0;

  constructor(models: PreviewModels) {
    this.#models = models;
  }

  /**
   * Draws by DDIM without noise, as `deme sample` with the same seed, images, steps and batch, and returns a PNG. Frees the parameters, also when
   * `stillWanted`, which is asked after each step, throws.
   */
  async draw(params: Params, {seed, images, steps}: PictureSize, stillWanted: StillWanted): Promise<Uint8Array> {
    const {model, space} = this.#models;
    const {schedule} = model;
    const batch = Math.min(images, previewBatch);
    try {
      const predict = modelPredict(this.#load(params, batch));
      const fixed = {sampler: 'ddim', eta: 0, onProgress: stillWanted} as const;
      const drawn = await sampleImages({...fixed, predict, schedule, space, count: images, seed, steps, batch});
      const {pixels, width, height, channels} = imageGrid(
        drawn,
        [images, ...space.imageShape],
        Math.ceil(Math.sqrt(images)),
      );
      return encodePng(pixels, width, height, channels);
    } finally {
      disposeParams(params);
    }
  }

  /** Frees what is on the device. */
  dispose(): void {
    this.#predictor?.dispose();
    this.#predictor = null;
  }

  #load(params: Params, batch: number): Predictor {
    if (this.#predictor !== null && this.#batch === batch) {
      this.#predictor.load(params);
      return this.#predictor;
    }
    this.dispose();
    this.#batch = batch;
    return (this.#predictor = new Predictor(this.#models.model.denoiser, params));
  }
}
