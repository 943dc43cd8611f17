import type {PreviewPicture} from '../../../trainer/contract/panel/preview.ts';
import {element, message, Region, setText} from '../../dom.ts';
import {countText} from '../../../trainer/chart/tickText.ts';
import type {Panel} from '../../panel.ts';
import type {PanelState} from '../../state.ts';
import {button, numberField} from '../../toolkit.ts';
import type {PreviewState} from './previewState.ts';

/** How preview samples are drawn. */
export interface PictureChoice {
  readonly images: number;
  readonly steps: number;
  readonly seed: number;
}

const pictureWidth = 260;
const limits: Readonly<Record<keyof PictureChoice, readonly [number, number]>> = {
  images: [1, 64],
  steps: [1, 1000],
  seed: [0, 0xffff_ffff],
};

/** Samples of the current merge beside those of the base and of the last saved merge, all from the same noise. */
export class PreviewView {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #onChoice: () => void;
  readonly #bar = new Region(element('div', {class: 'bar'}));
  readonly #engine = element('p', {class: 'message'});
  readonly #status = element('p', {class: 'message', role: 'status'});
  readonly #error = new Region(element('div'));
  readonly #pictures = new Region(
    element('div', {class: 'samples', tabindex: '0', role: 'region', 'aria-label': 'Preview samples'}),
  );
  /** Null where a field holds an invalid value. */
  #choice: Record<keyof PictureChoice, number | null> = {images: 16, steps: 20, seed: 0};

  /** `onChoice` is called when the user has changed how samples are drawn. */
  constructor(panel: Panel, onChoice: () => void) {
    this.#panel = panel;
    this.#onChoice = onChoice;
    const heading = element('h3', {}, 'Live preview');
    const lines = [this.#engine, this.#status, this.#error.root];
    this.root = element('div', {}, heading, this.#bar.root, ...lines, this.#pictures.root);
  }

  get choice(): PictureChoice | null {
    const {images, steps, seed} = this.#choice;
    return images === null || steps === null || seed === null ? null : {images, steps, seed};
  }

  update(run: string, {preview, trusted}: PanelState): void {
    const {phase, merged, base, saved, error} = preview;
    this.#bar.show([run, phase, trusted], () => this.#controls(run, phase, trusted));
    setText(this.#engine, engineText(preview));
    setText(this.#status, drawingText(preview));
    this.#error.show(error, () => (error === null ? [] : [message(`${error.message} ${error.hint ?? ''}`, 'error')]));
    this.#pictures.root.hidden = merged === null;
    const key = [merged, base, saved].map((picture) => picture && [picture.id, picture.of]);
    this.#pictures.show(key, () => [
      ...figure('Preview', merged),
      ...figure('Base', base),
      ...figure('Last saved merge', saved),
    ]);
  }

  #controls(run: string, phase: PreviewState['phase'], trusted: boolean): HTMLElement[] {
    const start = button('Start live preview', () => this.#panel.preview({kind: 'start', run}), {
      disabled: !trusted,
      title: trusted ? 'Load the models and draw samples while you move the sliders' : 'Needs a trusted workspace',
    });
    const stop = button('Stop live preview', () => this.#panel.preview({kind: 'stop'}));
    return [
      phase === 'off' ? start : stop,
      this.#field('Images', 'images'),
      this.#field('Steps', 'steps'),
      this.#field('Seed', 'seed'),
    ];
  }

  #field(label: string, key: keyof PictureChoice): HTMLElement {
    const [least, most] = limits[key];
    const field = numberField(`${label} of the preview`, this.#choice[key] ?? least, (value) => {
      const isFine = value !== null && Number.isInteger(value) && value >= least && value <= most;
      field.classList.toggle('invalid', !isFine);
      this.#choice[key] = isFine ? value : null;
      if (isFine) this.#onChoice();
    });
    return element('span', {class: 'field'}, element('span', {class: 'label', 'aria-hidden': 'true'}, label), field);
  }
}

/** The data URI of a picture. */
export function pictureSource({png}: PreviewPicture): string {
  return `data:image/png;base64,${png}`;
}

export function secondsText(seconds: number): string {
  return `${seconds.toPrecision(2)} s`;
}

function engineText({phase, engine, parameters, seconds}: PreviewState): string {
  if (phase === 'off') return 'Merges in memory and draws samples from the same noise while you move the sliders.';
  if (phase === 'starting') return 'Loading the models …';
  return `${engine} ${countText(parameters)} parameters loaded in ${secondsText(seconds)}.`;
}

function drawingText({drawing, merged, coarseSeconds}: PreviewState): string {
  if (drawing === null || drawing.kind === 'grid' || merged?.id !== drawing.id) return '';
  if (merged.of === 'coarse') return `Coarse picture after ${secondsText(merged.seconds)}, refining …`;
  const coarse = coarseSeconds === null ? '' : `Coarse picture after ${secondsText(coarseSeconds)}, `;
  return `${coarse}${coarse ? 'refined' : 'Refined'} after ${secondsText(merged.seconds)}.`;
}

function figure(name: string, picture: PreviewPicture | null): HTMLElement[] {
  if (picture === null) return [];
  const {images, steps, seed, of} = picture;
  const how = `${images} ${images === 1 ? 'image' : 'images'}, ${steps} steps, seed ${seed}`;
  const image = element('img', {src: pictureSource(picture), alt: `${name}: ${how}`, width: pictureWidth});
  const caption = `${name}${of === 'coarse' ? ' (coarse)' : ''}: ${how}`;
  return [element('figure', {}, element('figcaption', {}, caption), image)];
}
