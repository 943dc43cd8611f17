import type {PreviewNews, PreviewOrder, previewPictures} from '../../../../trainer/contract/panel/preview.ts';
import {encodePng} from '../../../../trainer/data/pictures/png.ts';

type Draw = Extract<PreviewOrder, {kind: 'draw'}>;

/** Plays the process of a preview: draws grey pictures at once, of a row for each prompt and as many pixels as the order has images. */
export class FakePreview {
  readonly orders: PreviewOrder[] = [];
  ended = 0;
  readonly #hasText: boolean;
  #say: (news: PreviewNews) => void = () => undefined;

  constructor({hasText = false} = {}) {
    this.#hasText = hasText;
  }

  readonly start = async (_: unknown, say: (news: PreviewNews) => void) => {
    this.#say = say;
    const engine = {
      name: 'wasm',
      version: '1',
      device: 'CPU',
      threads: 1,
      reason: 'WebAssembly, as asked for.',
    } as const;
    const ready = {kind: 'ready', engine, parameters: 51_985, seconds: 1.5, hasText: this.#hasText} as const;
    setTimeout(() => say(ready), 20);
    return {order: (order: PreviewOrder) => this.#draw(order), end: () => void this.ended++};
  };

  get draws(): Draw[] {
    return this.orders.filter((order) => order.kind === 'draw');
  }

  say(news: PreviewNews): void {
    this.#say(news);
  }

  #draw(order: PreviewOrder): void {
    this.orders.push(order);
    if (order.kind === 'draw') {
      for (const of of ['coarse', 'refined', 'base', 'saved'] as const) this.#picture(order, of, 0);
    } else if (order.kind === 'grid') {
      order.settings.forEach((_, cell) => this.#picture(order, 'cell', cell));
      this.say({kind: 'done', id: order.id, seconds: 2});
    }
  }

  #picture(
    {id, seed, steps, images, text}: Pick<Draw, 'id' | 'seed' | 'steps' | 'images' | 'text'>,
    of: (typeof previewPictures)[number],
    cell: number,
  ): void {
    const rows = text?.prompts.length ?? 1;
    const png = encodePng(new Uint8Array(images * rows).fill(40 * cell), images, rows, 1);
    const seconds = of === 'coarse' ? 0.2 : 1.4;
    const how = {id, of, cell, seed, steps, images, seconds, ...(text && {text})};
    this.say({kind: 'picture', png: Buffer.from(png).toString('base64'), ...how});
  }
}
