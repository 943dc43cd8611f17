import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {arrowStep, element, setChildren, setText} from '../../dom.ts';
import {numberText} from '../../numberText.ts';
import {readTheme} from '../../theme.ts';
import {baseLoss, differenceText} from './lossDifference.ts';
import {planeLineSvg} from './planeLineSvg.ts';
import {planeMarks} from './planeMarks.ts';
import {planePlace, planePlot, planeShare, planeSvg} from './planeSvg.ts';
import {planeSummary, planeTables} from './planeTables.ts';

/** Contour plot of one plane. The line below shows the loss under the pointer or keyboard cursor; a click or Enter sets the weights. */
export class PlaneFigure {
  readonly root: HTMLElement;
  readonly #picture = element('div', {role: 'img'});
  readonly #cursor = element('div', {class: 'plane-cursor', hidden: true});
  readonly #frame: HTMLElement;
  readonly #reading = element('p', {class: 'heat-reading', 'aria-live': 'polite'});
  readonly #line = element('div', {role: 'img'});
  readonly #table = element('details', {}, element('summary', {}, 'Data table'));
  readonly #onChoose: (x: number, y: number) => void;
  #plane: LossPlane | null = null;
  #weights: readonly (number | null)[] = [];
  #at = {column: 0, row: 0};

  constructor(onChoose: (x: number, y: number) => void) {
    this.#onChoose = onChoose;
    this.#frame = element('div', {class: 'plane-frame', role: 'group', tabindex: '0'}, this.#picture, this.#cursor);
    this.root = element('figure', {class: 'plane-figure'}, this.#frame, this.#reading, this.#line, this.#table);
    this.#frame.addEventListener('keydown', (event) => this.#onKey(event));
    this.#frame.addEventListener('pointermove', (event) => this.#onPointer(event));
    this.#frame.addEventListener('click', (event) => this.#onClick(event));
    this.#table.addEventListener('toggle', () => this.#fillTable());
  }

  show(plane: LossPlane, weights: readonly (number | null)[]): void {
    const isOther = this.#plane === null || this.#plane.experts.join() !== plane.experts.join();
    this.#plane = plane;
    this.#weights = weights;
    if (isOther) this.#begin(plane);
    this.restyle();
    this.#picture.setAttribute('aria-label', planeSummary(plane));
    const names = `experts ${plane.experts.join(' and ')}`;
    this.#frame.setAttribute('aria-label', `Loss plane of ${names}. Arrow keys read it, Enter sets the weights.`);
    this.#line.setAttribute('aria-label', 'Loss from the base through the merge and beyond, see the data table.');
    this.#fillTable();
  }

  restyle(): void {
    const plane = this.#plane;
    if (plane === null) return;
    const theme = readTheme();
    setChildren(this.#picture, svgElement(planeSvg(planeTitle(plane), plane, planeMarks(plane, this.#weights), theme)));
    setChildren(this.#line, svgElement(planeLineSvg('From the base through the merge', plane, theme)));
  }

  /** The keyboard cursor starts at the weights nearest to zero. */
  #begin({axis}: LossPlane): void {
    const zero = axis.reduce((best, weight, i) => (Math.abs(weight) < Math.abs(axis[best] ?? 0) ? i : best), 0);
    this.#at = {column: zero, row: zero};
    this.#cursor.hidden = true;
    setText(this.#reading, '');
  }

  #onKey(event: KeyboardEvent): void {
    const move = arrowStep(event);
    const last = (this.#plane?.axis.length ?? 1) - 1;
    if (event.key === 'Enter') this.#choose();
    else if (move) {
      const clamp = (value: number) => Math.min(last, Math.max(0, value));
      this.#read(clamp(this.#at.column + move[0]), clamp(this.#at.row + move[1]));
    } else return;
    event.preventDefault();
  }

  #onPointer(event: MouseEvent): boolean {
    const box = this.#picture.getBoundingClientRect();
    const plane = this.#plane;
    if (plane === null || box.width === 0) return false;
    const [left, top] = planeShare([planePlot.left, planePlot.top]);
    const [right, bottom] = planeShare([planePlot.left + planePlot.side, planePlot.top + planePlot.side]);
    const cells = plane.axis.length - 1;
    const column = Math.round((((event.clientX - box.left) / box.width - left) / (right - left)) * cells);
    const row = Math.round(((bottom - (event.clientY - box.top) / box.height) / (bottom - top)) * cells);
    if (column < 0 || row < 0 || column > cells || row > cells) return false;
    this.#read(column, row);
    return true;
  }

  #onClick(event: MouseEvent): void {
    if (this.#onPointer(event)) this.#choose();
  }

  #choose(): void {
    const {column, row} = this.#at;
    const [x, y] = [this.#plane?.axis[column], this.#plane?.axis[row]];
    if (x !== undefined && y !== undefined) this.#onChoose(x, y);
  }

  #read(column: number, row: number): void {
    const plane = this.#plane;
    if (plane === null) return;
    this.#at = {column, row};
    const [x, y] = [plane.axis[column] ?? 0, plane.axis[row] ?? 0];
    const loss = plane.rows[row]?.[column] ?? null;
    const [first, second] = plane.experts;
    const text = loss === null ? 'no loss' : `loss ${numberText(loss)}${againstBase(loss, baseLoss(plane))}`;
    setText(this.#reading, `Expert ${first} at ${x}, expert ${second} at ${y}: ${text}`);
    const [left, top] = planeShare(planePlace(plane, x, y));
    Object.assign(this.#cursor.style, {left: `${100 * left}%`, top: `${100 * top}%`});
    this.#cursor.hidden = false;
  }

  #fillTable(): void {
    if (this.#plane === null || !this.#table.open) return;
    setChildren(this.#table, element('summary', {}, 'Data table'), ...planeTables(this.#plane));
  }
}

/** `, -0.413 % against the base`; empty without a base. */
function againstBase(loss: number, base: number | null): string {
  return base === null ? '' : `, ${differenceText(loss, base, Math.abs(loss - base) / 100)} against the base`;
}

export function planeTitle({experts}: LossPlane): string {
  return `Loss plane of experts ${experts.join(' and ')}`;
}

/** Parses a document as XML, in which no script runs. */
function svgElement(text: string): Node {
  const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  svg.setAttribute('aria-hidden', 'true');
  return document.importNode(svg, true);
}
