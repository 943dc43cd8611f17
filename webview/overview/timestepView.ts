import {pictureButtons} from '../charts/pictureButtons.ts';
import {lineSample, lineStyle} from '../charts/seriesStyle.ts';
import {svgUri} from '../charts/svgUri.ts';
import {arrowStep, element, Region, setChildren, setText} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {printTheme, readTheme} from '../theme.ts';
import type {TimestepPicture} from './timestepPicture.ts';
import {pictureMargin, timestepSvg} from './timestepSvg.ts';
import {intervalsOf, pictureSummary, pictureTable, readingAt} from './timestepText.ts';

const height = 290;
const savedSize = {width: 900, height: 420};
const pointHere = 'Point at the picture, or press an arrow key on it, to read its values.';

/** Losses over the axis of timesteps, as wide as there is room; pointer and arrow keys read the values of an interval. */
export class TimestepView {
  readonly root: HTMLElement;
  readonly #title = element('span', {class: 'chart-title'});
  readonly #image = element('img', {alt: ''});
  readonly #mark = element('div', {class: 'heat-mark', hidden: true});
  readonly #frame: HTMLElement;
  readonly #legend = new Region(element('div', {class: 'legend'}));
  readonly #reading = element('p', {class: 'timestep-reading', 'aria-live': 'polite'}, pointHere);
  readonly #table = element('details', {}, element('summary', {}, 'Data table'));
  #picture: TimestepPicture | null = null;
  #width = 0;
  #at: number | null = null;

  constructor(panel: Panel) {
    const label = 'Loss by timestep. Left and right arrow read its values.';
    this.#frame = element(
      'div',
      {class: 'timestep-frame', role: 'group', tabindex: '0', 'aria-label': label},
      this.#image,
      this.#mark,
    );
    this.#frame.style.height = `${height}px`;
    const buttons = pictureButtons(
      panel,
      'this picture',
      () => this.#picture?.title ?? '',
      () => this.#printed(),
    );
    const below = element('div', {class: 'bar'}, this.#table, ...buttons);
    this.root = element(
      'figure',
      {class: 'timesteps'},
      element('figcaption', {}, this.#title),
      this.#legend.root,
      this.#frame,
      this.#reading,
      below,
    );
    this.#frame.addEventListener('keydown', (event) => this.#onKey(event));
    this.#frame.addEventListener('pointermove', (event) => this.#onPointer(event));
    this.#frame.addEventListener('pointerleave', () => this.#read(null));
    this.#table.addEventListener('toggle', () => this.#fillTable());
    new ResizeObserver(([entry]) => {
      this.#width = Math.round(entry?.contentRect.width ?? 0);
      this.#draw();
    }).observe(this.#frame);
  }

  /** Showing the same object again costs nothing. */
  show(picture: TimestepPicture): void {
    if (picture === this.#picture) return;
    this.#picture = picture;
    setText(this.#title, picture.title);
    this.#image.alt = pictureSummary(picture);
    this.#showLegend();
    this.#draw();
    this.#fillTable();
    this.#read(this.#at);
  }

  restyle(): void {
    this.#showLegend();
    this.#draw();
  }

  #draw(): void {
    if (this.#picture === null || this.#width === 0) return;
    this.#image.src = svgUri(timestepSvg(this.#picture, readTheme(), {width: this.#width, height}));
  }

  /** The legend has no place in the picture on the page: as text of the page it wraps, and is read. */
  #showLegend(): void {
    const {lines = [], unit = 'loss'} = this.#picture ?? {};
    const {series, foreground} = readTheme();
    const item = (sample: SVGElement, label: string) => element('span', {class: 'legend-item'}, sample, label);
    this.#legend.show([lines.map(({label, look}) => [label, look]), unit, series, foreground], () => [
      ...(unit === 'percent' ? [item(lineSample({colour: foreground, dash: [1, 3]}), 'base')] : []),
      ...lines.map(({label, look}) => item(lineSample(lineStyle(look, series)), label)),
      ...(lines.some(({start}) => start.length > 0)
        ? [element('span', {class: 'label'}, 'pale: the first updates, close to the base')]
        : []),
      ...(unit === 'percent' ? [element('span', {class: 'label'}, 'bands: ± 2 standard errors')] : []),
    ]);
  }

  #printed(): string {
    return this.#picture === null ? '' : timestepSvg(this.#picture, printTheme, savedSize);
  }

  #fillTable(): void {
    if (this.#picture === null || !this.#table.open) return;
    setChildren(this.#table, element('summary', {}, 'Data table'), pictureTable(this.#picture));
  }

  #onKey(event: KeyboardEvent): void {
    const [step = 0] = arrowStep(event) ?? [];
    if (event.key === 'Escape') this.#read(null);
    if (this.#picture === null || step === 0) return;
    event.preventDefault();
    const last = intervalsOf(this.#picture).length - 1;
    const from = this.#at ?? (step > 0 ? -1 : last + 1);
    this.#read(Math.min(last, Math.max(0, from + step)));
  }

  #onPointer(event: PointerEvent): void {
    if (this.#picture === null) return;
    const {left} = this.#frame.getBoundingClientRect();
    const plot = this.#width - pictureMargin.left - pictureMargin.right;
    const timestep = ((event.clientX - left - pictureMargin.left) / plot) * this.#picture.timesteps;
    const found = intervalsOf(this.#picture).findIndex(([from, to]) => from <= timestep && timestep < to);
    this.#read(found < 0 ? null : found);
  }

  #read(at: number | null): void {
    const interval = at === null || this.#picture === null ? undefined : intervalsOf(this.#picture)[at];
    this.#at = interval === undefined ? null : at;
    this.#mark.hidden = interval === undefined;
    if (interval === undefined || this.#picture === null) return setText(this.#reading, pointHere);
    const scale = (this.#width - pictureMargin.left - pictureMargin.right) / this.#picture.timesteps;
    this.#mark.style.left = `${pictureMargin.left + interval[0] * scale}px`;
    this.#mark.style.width = `${(interval[1] - interval[0]) * scale}px`;
    this.#mark.style.top = `${pictureMargin.top}px`;
    this.#mark.style.height = `${height - pictureMargin.top - pictureMargin.bottom}px`;
    setText(this.#reading, readingAt(this.#picture, interval));
  }
}
