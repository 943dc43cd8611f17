import {
  cosineOf,
  type Cosines,
  type GradientConflict,
} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {svgUri} from '../../charts/svgUri.ts';
import {arrowStep, element, setText} from '../../dom.ts';
import {cosineText} from '../taskVectors/taskTables.ts';
import {conflictPlace} from './conflictSvg.ts';

/** The heat map of one part of the network. The line below shows the cosine under the pointer or keyboard cursor. */
export class ConflictFigure {
  readonly root: HTMLElement;
  readonly #picture = element('img', {class: 'conflict-map'});
  readonly #cursor = element('div', {class: 'plane-cursor', hidden: true});
  readonly #frame: HTMLElement;
  readonly #reading = element('p', {class: 'heat-reading', 'aria-live': 'polite'});
  #conflict: Pick<GradientConflict, 'timesteps' | 'trainTimesteps'> | null = null;
  #cosines: Cosines = [];
  #at = {column: 0, row: 0};

  constructor() {
    this.#frame = element('div', {class: 'plane-frame', role: 'group', tabindex: '0'}, this.#picture, this.#cursor);
    this.root = element('figure', {class: 'plane-figure'}, this.#frame, this.#reading);
    this.#frame.addEventListener('keydown', (event) => this.#onKey(event));
    this.#frame.addEventListener('pointermove', (event) => this.#onPointer(event));
  }

  /** @param svg the picture, drawn by `conflictSvg` */
  show(conflict: GradientConflict, cosines: Cosines, svg: string, name: string): void {
    if (cosines !== this.#cosines) {
      this.#cursor.hidden = true;
      setText(this.#reading, '');
    }
    this.#conflict = conflict;
    this.#cosines = cosines;
    this.#picture.src = svgUri(svg);
    this.#picture.alt = `Heat map: ${name}. The means are in the tables below.`;
    this.#frame.setAttribute('aria-label', `${name}. Arrow keys read the cosine of two timesteps.`);
  }

  #onKey(event: KeyboardEvent): void {
    const move = arrowStep(event);
    if (move === undefined) return;
    event.preventDefault();
    const clamp = (value: number) => Math.min(this.#cosines.length - 1, Math.max(0, value));
    this.#read(clamp(this.#at.column + move[0]), clamp(this.#at.row + move[1]));
  }

  #onPointer(event: PointerEvent): void {
    const box = this.#picture.getBoundingClientRect();
    if (this.#conflict === null || box.width === 0) return;
    const {trainTimesteps} = this.#conflict;
    const [left, bottom] = conflictPlace(this.#conflict, 0, 0);
    const [right, top] = conflictPlace(this.#conflict, trainTimesteps, trainTimesteps);
    const count = this.#cosines.length;
    const column = Math.floor((((event.clientX - box.left) / box.width - left) / (right - left)) * count);
    const row = Math.floor(((bottom - (event.clientY - box.top) / box.height) / (bottom - top)) * count);
    if (column >= 0 && row >= 0 && column < count && row < count) this.#read(column, row);
  }

  #read(column: number, row: number): void {
    if (this.#conflict === null) return;
    this.#at = {column, row};
    const [x, y] = [this.#conflict.timesteps[column] ?? 0, this.#conflict.timesteps[row] ?? 0];
    const cosine = column === row ? 1 : cosineOf(this.#cosines, column, row);
    setText(
      this.#reading,
      `Timesteps ${x} and ${y}: ${cosine === null ? 'no cosine' : `cosine ${cosineText(cosine)}`}`,
    );
    const [left, top] = conflictPlace(this.#conflict, x, y);
    Object.assign(this.#cursor.style, {left: `${100 * left}%`, top: `${100 * top}%`});
    this.#cursor.hidden = false;
  }
}
