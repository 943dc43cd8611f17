import type {MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import type {PreviewText} from '../../../trainer/contract/panel/preview.ts';
import type {WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';
import {savePicture} from '../../charts/savePicture.ts';
import {element, message, Region, setText, table} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import {button, dropdown, labelled, numberField, setDisabled} from '../../toolkit.ts';
import {axisValues, gridAxes, type GridAxis} from './gridAxis.ts';
import {gridSvg} from './gridSvg.ts';
import type {PreviewState} from './previewState.ts';
import {pictureSource, type PictureChoice} from './previewView.ts';
import {mergeSetting} from '../workbench/workbenchSetting.ts';
import {textRecipe} from '../../promptGrid.ts';

const imagesInCell = 4;
const pictureWidth = 120;
const counts = [3, 4, 5];

/** The settings of an axis; null where a field holds no number. */
interface Choice {
  axis: string;
  low: number | null;
  high: number | null;
  count: number;
}

/** A grid as it was requested. */
interface Ordered {
  readonly across: {readonly name: string; readonly values: readonly number[]};
  readonly down: {readonly name: string; readonly values: readonly number[]};
  readonly choice: PictureChoice;
}

/** What a grid needs from the workbench. */
export interface GridOwner {
  setting(): WorkbenchSetting;
  choice(): PictureChoice | null;
  nextId(): number;
}

/** An XY grid: small sample grids of merges that differ in two numbers. */
export class PreviewGrid {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #owner: GridOwner;
  readonly #bar = new Region(element('div'));
  readonly #progress = element('progress', {'aria-label': 'Cells drawn'});
  readonly #status = element('span', {role: 'status'});
  readonly #cancel = button('Cancel grid', () => this.#panel.preview({kind: 'cancel'}));
  readonly #save = button('Save grid as PNG', () => void this.#savePicture());
  readonly #cells = new Region(element('div', {class: 'preview-grid'}));
  #across: Choice = {axis: 'weight of expert 0', low: 0, high: 1, count: 3};
  #down: Choice = {axis: 'lambda', low: 0.5, high: 1.5, count: 3};
  #ordered: Ordered | null = null;
  #shown: PreviewState | null = null;

  constructor(panel: Panel, owner: GridOwner) {
    this.#panel = panel;
    this.#owner = owner;
    const state = element('div', {class: 'bar'}, this.#progress, this.#status, this.#cancel, this.#save);
    const heading = element('h3', {}, 'Grid over two numbers');
    this.root = element('div', {}, heading, this.#bar.root, state, this.#cells.root);
  }

  update(preview: PreviewState): void {
    this.#shown = preview;
    this.root.hidden = preview.phase !== 'ready';
    if (preview.phase !== 'ready') this.#ordered = null;
    const axes = gridAxes(this.#owner.setting());
    this.#fitChoices(axes);
    this.#bar.show([axes.map(({name}) => name), this.#across.axis, this.#down.axis], () => this.#controls(axes));
    this.#showProgress(preview);
    const {cells} = preview;
    this.#cells.show([this.#ordered, [...cells.values()].map(({id, cell}) => [id, cell])], () =>
      this.#ordered === null ? [] : [this.#table(this.#ordered, preview)],
    );
  }

  #showProgress({drawing, cells}: PreviewState): void {
    const isDrawing = drawing?.kind === 'grid' && drawing.state === 'drawing';
    const total = this.#ordered === null ? 0 : this.#ordered.across.values.length * this.#ordered.down.values.length;
    this.#progress.hidden = !isDrawing;
    this.#progress.max = Math.max(1, total);
    this.#progress.value = cells.size;
    const left = !isDrawing && cells.size < total ? ', then stopped' : '';
    setText(this.#status, total === 0 ? '' : `${cells.size} of ${total} cells drawn${left}`);
    setDisabled(this.#cancel, !isDrawing);
    setDisabled(this.#save, total === 0 || cells.size < total);
  }

  /** Replaces an axis that the current method does not have. */
  #fitChoices(axes: readonly GridAxis[]): void {
    for (const [choice, other] of [
      [this.#across, this.#down],
      [this.#down, this.#across],
    ] as const) {
      const free = axes.find(({name}) => name !== other.axis);
      if (free !== undefined && !axes.some(({name}) => name === choice.axis)) setAxis(choice, free);
    }
  }

  #controls(axes: readonly GridAxis[]): HTMLElement[] {
    if (axes.length < 2) return [message('This method has nothing to vary in a grid.')];
    const draw = button('Draw grid', () => this.#draw(axes));
    return [
      element('div', {class: 'bar'}, ...this.#axisFields('Across', this.#across, axes)),
      element('div', {class: 'bar'}, ...this.#axisFields('Down', this.#down, axes), draw),
    ];
  }

  #axisFields(title: string, choice: Choice, axes: readonly GridAxis[]): HTMLElement[] {
    const names = axes.map(({name}) => ({value: name, label: name}));
    const choose = (name: string) => {
      const axis = axes.find((each) => each.name === name);
      if (axis !== undefined) setAxis(choice, axis);
      if (this.#shown !== null) this.update(this.#shown);
    };
    const number = (end: 'low' | 'high', label: string) =>
      numberField(`${title}: ${label}`, choice[end] ?? 0, (value) => (choice[end] = value));
    const amounts = counts.map((count) => ({value: String(count), label: String(count)}));
    return [
      dropdown(title, names, choice.axis, choose),
      labelled('from', number('low', 'from')),
      labelled('to', number('high', 'to')),
      dropdown(
        `Values ${title.toLowerCase()}`,
        amounts,
        String(choice.count),
        (count) => (choice.count = Number(count)),
      ),
    ];
  }

  #draw(axes: readonly GridAxis[]): void {
    const choice = this.#owner.choice();
    const [x, y] = [this.#across, this.#down].map(({axis}) => axes.find(({name}) => name === axis));
    const [across, down] = [this.#across, this.#down].map(valuesOf);
    if (!x || !y || !across || !down || choice === null)
      return this.#showError('Enter a number in every field of the grid.');
    if (x.name === y.name) return this.#showError('Choose different numbers for the two axes.');
    const settings = cellSettings(this.#owner.setting(), {axis: x, values: across}, {axis: y, values: down});
    if (settings === null) return this.#showError('Some of these values are out of range.');
    this.#ordered = {across: {name: x.name, values: across}, down: {name: y.name, values: down}, choice};
    const {seed, steps, text} = choice;
    const images = cellImages(text);
    this.#panel.preview({kind: 'grid', id: this.#owner.nextId(), settings, images, seed, steps, text});
  }

  #showError(text: string): void {
    this.#ordered = null;
    this.#cells.show(text, () => [message(text, 'error')]);
  }

  #table({across, down}: Ordered, {cells}: PreviewState): HTMLElement {
    const rows = down.values.map((y, row) => [
      String(y),
      ...across.values.map((x, column) => {
        const picture = cells.get(row * across.values.length + column);
        const alt = `${across.name} ${x}, ${down.name} ${y}`;
        return picture && element('img', {src: pictureSource(picture), alt, width: pictureWidth, height: pictureWidth});
      }),
    ]);
    const head = [`${down.name} \\ ${across.name}`, ...across.values.map(String)];
    return table(`Across: ${across.name}. Down: ${down.name}.`, head, rows);
  }

  async #savePicture(): Promise<void> {
    const [ordered, preview] = [this.#ordered, this.#shown];
    if (ordered === null || preview === null) return;
    const {across, down, choice} = ordered;
    const pictures = [...preview.cells.values()].sort((a, b) => a.cell - b.cell);
    const {steps, seed, text} = choice;
    const images = `${cellImages(text)} images ${text === undefined ? 'each' : 'of each prompt'}`;
    const note = [`${images}, DDIM, ${steps} steps, seed ${seed}`, ...(text === undefined ? [] : [textRecipe(text)])];
    const svg = gridSvg({across, down, sources: pictures.map(pictureSource), note: note.join('\n')});
    await savePicture(this.#panel, 'merge grid', svg, 'png');
  }
}

/** Of each prompt. */
function cellImages(text: PreviewText | undefined): number {
  return Math.max(1, Math.floor(imagesInCell / (text?.prompts.length ?? 1)));
}

function setAxis(choice: Choice, {name, low, high}: GridAxis): void {
  Object.assign(choice, {axis: name, low, high});
}

function valuesOf({low, high, count}: Choice): number[] | null {
  return low === null || high === null ? null : axisValues(low, high, count);
}

interface AxisRun {
  readonly axis: GridAxis;
  readonly values: readonly number[];
}

/** The merges of a grid, row by row; null if one of them is invalid. */
function cellSettings(setting: WorkbenchSetting, across: AxisRun, down: AxisRun): MergeSetting[] | null {
  const all = down.values.flatMap((y) =>
    across.values.map((x) => mergeSetting(down.axis.set(across.axis.set(setting, x), y))),
  );
  const fine = all.filter((each) => each !== null);
  return fine.length === all.length ? fine : null;
}
