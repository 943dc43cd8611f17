import {
  maxGuidance,
  maxPreviewImages,
  maxPreviewPrompts,
  pictureCount,
  type PreviewPicture,
  type PreviewText,
} from '../../../trainer/contract/panel/preview.ts';
import {element, message, Region, setText} from '../../dom.ts';
import {countText} from '../../../trainer/chart/tickText.ts';
import type {Panel} from '../../panel.ts';
import {promptGrid, textRecipe} from '../../promptGrid.ts';
import {selectedRun, type PanelState} from '../../state.ts';
import {button, labelled, numberField} from '../../toolkit.ts';
import type {PreviewState} from './previewState.ts';
import {PromptFields} from './promptFields.ts';

/** How preview samples are drawn. */
export interface PictureChoice {
  /** Of each prompt, for a model with a text encoder. */
  readonly images: number;
  readonly steps: number;
  readonly seed: number;
  readonly text?: PreviewText;
}

const pictureWidth = 260;
/** `columns` are the images of each prompt, `images` those of a model without prompts. */
const limits = {
  images: [1, maxPreviewImages],
  columns: [1, maxPreviewImages],
  steps: [1, 1000],
  seed: [0, 0xffff_ffff],
} as const;

/** Samples of the current merge beside those of the base and of the last saved merge, all from the same noise. */
export class PreviewView {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #onChoice: () => void;
  readonly #bar = new Region(element('div', {class: 'bar'}));
  readonly #prompts: PromptFields;
  readonly #engine = element('p', {class: 'message'});
  readonly #status = element('p', {class: 'message', role: 'status'});
  readonly #error = new Region(element('div'));
  readonly #pictures = new Region(
    element('div', {class: 'samples', tabindex: '0', role: 'region', 'aria-label': 'Preview samples'}),
  );
  /** Null where a field holds an invalid value. */
  #choice: Record<keyof typeof limits, number | null> = {images: 16, columns: 4, steps: 20, seed: 0};

  /** `onChoice` is called when the user has changed how samples are drawn. */
  constructor(panel: Panel, onChoice: () => void) {
    this.#panel = panel;
    this.#onChoice = onChoice;
    this.#prompts = new PromptFields(panel, () => {
      this.#showError(panel.state.preview);
      onChoice();
    });
    const heading = element('h3', {}, 'Live preview');
    const lines = [this.#engine, this.#status, this.#error.root];
    this.root = element('div', {}, heading, this.#bar.root, this.#prompts.root, ...lines, this.#pictures.root);
  }

  get choice(): PictureChoice | null {
    const {columns, steps, seed} = this.#choice;
    const {hasText} = this.#panel.state.preview;
    const text = hasText ? this.#prompts.text : undefined;
    const images = hasText ? columns : this.#choice.images;
    if (images === null || steps === null || seed === null || text === null) return null;
    if (pictureCount(images, text) > maxPreviewImages) return null;
    return {images, steps, seed, ...(text !== undefined && {text})};
  }

  /** Whether the keys go to a text, which has an undo of its own. */
  get isTyping(): boolean {
    return this.#prompts.root.contains(document.activeElement);
  }

  /** Starts nothing before all experts are there. */
  update(state: PanelState, hasExperts: boolean): void {
    const {preview, trusted, page} = state;
    const run = selectedRun(state);
    if (run === undefined) return;
    const {phase, merged, base, saved, hasText, mergedImages} = preview;
    const needs = {trusted, hasExperts};
    this.#bar.show([run.path, phase, needs, hasText], () => this.#controls(run.path, preview, needs));
    this.#prompts.root.hidden = !hasText;
    if (hasText) this.#prompts.show(run, page);
    setText(this.#engine, engineText(preview));
    setText(this.#status, drawingText(preview));
    this.#showError(preview);
    this.#pictures.root.hidden = merged === null;
    const key = [merged, base, saved].map((picture) => picture && [picture.id, picture.of]);
    this.#pictures.show(key, () => [
      ...figure('Preview', merged, mergedImages),
      ...figure('Base', base),
      ...figure('Last saved merge', saved),
    ]);
  }

  #showError({error, hasText}: PreviewState): void {
    const shown = (hasText ? this.#tooMuch() : null) ?? (error && `${error.message} ${error.hint ?? ''}`);
    this.#error.show(shown, () => (shown === null ? [] : [message(shown, 'error')]));
  }

  /** What cannot be drawn of the prompts; null: nothing. */
  #tooMuch(): string | null {
    const {text} = this.#prompts;
    const {columns} = this.#choice;
    if (text === null)
      return `A preview takes at most ${maxPreviewPrompts} prompts, and a guidance from 0 to ${maxGuidance}.`;
    const count = pictureCount(columns ?? 0, text);
    if (count <= maxPreviewImages) return null;
    return `${text.prompts.length} prompts of ${columns} images are ${count} images; a preview draws at most ${maxPreviewImages}.`;
  }

  #controls(
    run: string,
    {phase, hasText}: PreviewState,
    {trusted, hasExperts}: {trusted: boolean; hasExperts: boolean},
  ): HTMLElement[] {
    const start = button('Start live preview', () => this.#panel.preview({kind: 'start', run}), {
      disabled: !trusted || !hasExperts,
      title: trusted ? 'Load the models and draw samples while you move the sliders' : 'Needs a trusted workspace',
    });
    const stop = button('Stop live preview', () => this.#panel.preview({kind: 'stop'}));
    return [
      phase === 'off' ? start : stop,
      hasText ? this.#field('Images of each prompt', 'columns') : this.#field('Images', 'images'),
      this.#field('Steps', 'steps'),
      this.#field('Seed', 'seed'),
    ];
  }

  #field(label: string, key: keyof typeof limits): HTMLElement {
    const [least, most] = limits[key];
    const field = numberField(`${label} of the preview`, this.#choice[key] ?? least, (value) => {
      const isFine = value !== null && Number.isInteger(value) && value >= least && value <= most;
      field.classList.toggle('invalid', !isFine);
      this.#choice[key] = isFine ? value : null;
      this.#showError(this.#panel.state.preview);
      if (isFine) this.#onChoice();
    });
    return labelled(label, field);
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

/** `columns` is the number of images of each prompt for which there is room, so that nothing moves when the coarse picture is refined. */
function figure(name: string, picture: PreviewPicture | null, columns = picture?.images ?? 1): HTMLElement[] {
  if (picture === null) return [];
  const {images, steps, seed, of, text} = picture;
  const width = text === undefined ? pictureWidth : (pictureWidth * images) / columns;
  const count = `${images} ${images === 1 ? 'image' : 'images'}${text === undefined ? '' : ' of each prompt'}`;
  const how = `${count}, ${steps} steps, seed ${seed}`;
  const alt = `${name}: ${how}${text === undefined ? '' : `, ${textRecipe(text)}`}`;
  const image = element('img', {src: pictureSource(picture), alt, width});
  const caption = `${name}${of === 'coarse' ? ' (coarse)' : ''}: ${how}`;
  const shown = text === undefined ? image : promptGrid(image, {prompts: text.prompts, columns: images, seed});
  return [element('figure', {}, element('figcaption', {}, caption), shown)];
}
