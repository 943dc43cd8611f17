import {toErrorRecord} from '../contract/errors.ts';
import {pictureCount, type PreviewDrawing, type PreviewNews, type PreviewPicture} from '../contract/panel/preview.ts';
import type {Params} from '../nn/params.ts';
import {PreviewMerger, type StillWanted} from './previewMerger.ts';
import type {PreviewModels} from './previewModels.ts';
import {previewBatch, PreviewPainter, type PictureSize} from './previewPainter.ts';

/** DDIM steps of a coarse picture: enough to see shapes. */
const coarseSteps = 4;

class Superseded extends Error {}

interface Job {
  readonly order: PreviewDrawing;
  readonly since: number;
  isWanted: boolean;
}

type Draw = Extract<PreviewDrawing, {kind: 'draw'}>;
type Grid = Extract<PreviewDrawing, {kind: 'grid'}>;

/** Draws what was asked for last; whatever is older ends at its next step. */
export class PreviewWork {
  readonly #merger: PreviewMerger;
  readonly #painter: PreviewPainter;
  readonly #say: (news: PreviewNews) => void;
  /** What base and saved merge were drawn like last, by kind, so that they are drawn once. */
  readonly #drawn = new Map<'base' | 'saved', string>();
  #saved: string | null;
  #job: Job | null = null;
  #working: Promise<void> = Promise.resolve();

  constructor(models: PreviewModels, saved: string | null, say: (news: PreviewNews) => void) {
    this.#merger = new PreviewMerger(models);
    this.#painter = new PreviewPainter(models);
    this.#saved = saved;
    this.#say = say;
  }

  /** Draws this instead of what is being drawn. */
  start(order: PreviewDrawing): void {
    this.cancel();
    const job: Job = {order, since: performance.now(), isWanted: true};
    this.#job = job;
    this.#working = this.#working.then(() => this.#run(job));
  }

  /** Ends what is being drawn. */
  cancel(): void {
    if (this.#job !== null) this.#job.isWanted = false;
  }

  /** Draws this model beside the next previews. */
  setSaved(path: string): void {
    this.#saved = path;
    this.#drawn.delete('saved');
  }

  /** Resolves when all that was asked for so far is drawn or cancelled. */
  idle(): Promise<void> {
    return this.#working;
  }

  dispose(): void {
    this.cancel();
    this.#painter.dispose();
  }

  async #run(job: Job): Promise<void> {
    const {id} = job.order;
    try {
      requireWanted(job);
      await (job.order.kind === 'draw' ? this.#draw(job, job.order) : this.#drawGrid(job, job.order));
      this.#say({kind: 'done', id, seconds: secondsOf(job)});
    } catch (error) {
      if (error instanceof Superseded) this.#say({kind: 'cancelled', id});
      else this.#say({kind: 'failed', id, error: toErrorRecord(error)});
    }
    if (this.#job === job) this.#job = null;
  }

  async #draw(job: Job, {setting, seed, images, steps, text}: Draw): Promise<void> {
    const merge = (wanted: StillWanted) => this.#merger.merge(setting, wanted);
    const fine = {seed, images, steps, text};
    const few = Math.max(1, Math.floor(previewBatch / pictureCount(1, text)));
    const coarse = {...fine, images: Math.min(images, few), steps: Math.min(steps, coarseSteps)};
    if (coarse.images < images || coarse.steps < steps) await this.#picture(job, 'coarse', merge, coarse);
    await this.#picture(job, 'refined', merge, fine);
    await this.#reference(job, 'base', '', (wanted) => this.#merger.base(wanted), fine);
    const saved = this.#saved;
    if (saved !== null) await this.#reference(job, 'saved', saved, (wanted) => this.#merger.load(saved, wanted), fine);
  }

  async #drawGrid(job: Job, {settings, seed, images, steps, text}: Grid): Promise<void> {
    for (const [cell, setting] of settings.entries()) {
      const merge = (wanted: StillWanted) => this.#merger.merge(setting, wanted);
      await this.#picture(job, 'cell', merge, {seed, images, steps, text}, cell);
    }
  }

  async #reference(
    job: Job,
    of: 'base' | 'saved',
    path: string,
    params: (wanted: StillWanted) => Promise<Params>,
    size: PictureSize,
  ): Promise<void> {
    const key = JSON.stringify([path, size]);
    if (this.#drawn.get(of) === key) return;
    await this.#picture(job, of, params, size);
    this.#drawn.set(of, key);
  }

  async #picture(
    job: Job,
    of: PreviewPicture['of'],
    params: (wanted: StillWanted) => Promise<Params>,
    size: PictureSize,
    cell = 0,
  ): Promise<void> {
    const wanted = () => requireWanted(job);
    const png = await this.#painter.draw(await params(wanted), size, of === 'cell', wanted);
    const seconds = secondsOf(job);
    this.#say({
      kind: 'picture',
      id: job.order.id,
      of,
      cell,
      png: Buffer.from(png).toString('base64'),
      ...size,
      seconds,
    });
  }
}

function requireWanted({isWanted}: Job): void {
  if (!isWanted) throw new Superseded('another picture is wanted');
}

function secondsOf({since}: Job): number {
  return (performance.now() - since) / 1000;
}
