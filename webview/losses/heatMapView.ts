import {arrowStep, element, setChildren, setText, table} from '../dom.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import {numberText} from '../numberText.ts';
import {HeatCanvas} from './heatCanvas.ts';
import {columnAt, type HeatMap} from './heatImage.ts';

const tableColumns = 4;
const tableRows = 10;

/** Labels of a heat map. */
export interface HeatMapLabels {
  /** What people call the stage. */
  readonly stage: string;
  readonly loss: string;
  /** Number of timesteps of the model. */
  readonly timesteps: number;
}

/** One heat map: updates from left to right, timesteps from bottom to top. The line below shows the cell under the pointer or keyboard cursor. */
export class HeatMapView {
  readonly root: HTMLElement;
  readonly #canvas = element('canvas', {role: 'img', class: 'heat'});
  readonly #picture = new HeatCanvas(this.#canvas);
  readonly #mark = element('div', {class: 'heat-mark', hidden: true});
  readonly #frame: HTMLElement;
  readonly #reading = element('p', {class: 'heat-reading', 'aria-live': 'polite'});
  readonly #title = element('figcaption');
  readonly #top = element('span');
  readonly #bottom = element('span', {}, '0');
  readonly #right = element('span');
  readonly #table = element('details', {}, element('summary', {}, 'Data table'));
  #map: HeatMap | null = null;
  #labels: HeatMapLabels = {stage: '', loss: '', timesteps: 0};
  #at = {column: 0, bucket: 0};
  #range: readonly [number, number] = [1, 1];
  #width = 0;
  #isInView = false;
  #isStale = false;

  constructor() {
    this.#frame = element('div', {class: 'heat-frame', role: 'group', tabindex: '0'}, this.#canvas, this.#mark);
    const side = element(
      'div',
      {class: 'heat-side', 'aria-hidden': 'true'},
      this.#top,
      element('span', {}, 't'),
      this.#bottom,
    );
    const below = element(
      'div',
      {class: 'heat-below', 'aria-hidden': 'true'},
      element('span', {}, '0'),
      element('span', {}, 'update'),
      this.#right,
    );
    const body = element('div', {class: 'heat-body'}, side, this.#frame, below);
    this.root = element('figure', {class: 'heat-figure'}, this.#title, body, this.#reading, this.#table);
    this.#frame.addEventListener('keydown', (event) => this.#onKey(event));
    this.#frame.addEventListener('pointermove', (event) => this.#onPointer(event));
    this.#table.addEventListener('toggle', () => this.#fillTable());
    const observer = new IntersectionObserver(([entry]) => {
      this.#isInView = entry?.isIntersecting ?? false;
      if (this.#isInView && this.#isStale) this.#draw();
    });
    observer.observe(this.#frame);
    // An observer instead of `clientWidth`: reading that between changes of the page would force a layout each time.
    new ResizeObserver(([entry]) => this.#resize(entry?.contentRect.width ?? 0)).observe(this.#frame);
  }

  show(map: HeatMap, range: readonly [number, number], labels: HeatMapLabels): void {
    this.#map = map;
    this.#labels = labels;
    this.#range = range;
    if (this.#isInView) this.#draw();
    else this.#isStale = true;
    const name = `${labels.stage}, ${labels.loss}`;
    setText(this.#title, labels.stage);
    setText(this.#top, countText(labels.timesteps - 1));
    setText(this.#right, countText(map.end));
    this.#canvas.setAttribute('aria-label', this.#summary());
    this.#frame.setAttribute('aria-label', `Heat map of ${name}. Arrow keys read its cells.`);
    this.#fillTable();
  }

  #resize(width: number): void {
    this.#width = Math.round(width);
    if (this.#isInView) this.#draw();
    else this.#isStale = true;
  }

  #draw(): void {
    const map = this.#map;
    if (map === null || this.#width === 0) return;
    this.#isStale = false;
    this.#picture.draw(map, this.#width, this.#range);
  }

  /** Summary for screen readers: means over low and high timesteps, in the first and in the last column. */
  #summary(): string {
    const {stage, loss} = this.#labels;
    const half = Math.floor((this.#map?.buckets ?? 0) / 2);
    const columns = this.#map?.columns.length ?? 0;
    const first = `low timesteps ${numberText(this.#mean(0, 1, 0, half))}, high ${numberText(this.#mean(0, 1, half, Infinity))}`;
    const last = `low ${numberText(this.#mean(columns - 1, columns, 0, half))}, high ${numberText(this.#mean(columns - 1, columns, half, Infinity))}`;
    return `${loss} of ${stage} by timestep and update. At the start ${first}; now ${last}.`;
  }

  /** Mean loss of all draws in columns and buckets [from, to). */
  #mean(fromColumn: number, toColumn: number, fromBucket: number, toBucket: number): number {
    const map = this.#map;
    if (map === null) return NaN;
    let sum = 0;
    let draws = 0;
    for (const {count, mean} of map.columns.slice(Math.max(0, fromColumn), toColumn)) {
      for (let bucket = fromBucket; bucket < Math.min(toBucket, map.buckets); bucket++) {
        const drawn = count[bucket] ?? 0;
        if (drawn === 0) continue;
        sum += drawn * (mean[bucket] ?? NaN);
        draws += drawn;
      }
    }
    return sum / draws;
  }

  #onPointer(event: PointerEvent): void {
    const map = this.#map;
    const box = this.#canvas.getBoundingClientRect();
    if (map === null || box.width === 0) return;
    const column = columnAt(map, ((event.clientX - box.left) / box.width) * map.end);
    const bucket = map.buckets - 1 - Math.floor(((event.clientY - box.top) / box.height) * map.buckets);
    if (column >= 0 && bucket >= 0 && bucket < map.buckets) this.#read(column, bucket);
  }

  #onKey(event: KeyboardEvent): void {
    const map = this.#map;
    const move = arrowStep(event);
    if (map === null || move === undefined) return;
    event.preventDefault();
    const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
    this.#read(clamp(this.#at.column + move[0], map.columns.length), clamp(this.#at.bucket + move[1], map.buckets));
  }

  #read(column: number, bucket: number): void {
    const map = this.#map;
    const shown = map?.columns[column];
    if (map === null || shown === undefined) return;
    this.#at = {column, bucket};
    const [low, high] = this.#timesteps(bucket, bucket + 1);
    const [from, to] = [shown.from + 1, shown.to];
    const draws = shown.count[bucket] ?? 0;
    const value = draws === 0 ? 'no draws' : `${numberText(shown.mean[bucket])} (${draws} draws)`;
    setText(this.#reading, `Updates ${countText(from)} to ${countText(to)}, timesteps ${low} to ${high}: ${value}`);
    Object.assign(this.#mark.style, {
      left: `${(100 * (from - 1)) / map.end}%`,
      width: `${(100 * (to - from + 1)) / map.end}%`,
      bottom: `${(100 * bucket) / map.buckets}%`,
      height: `${100 / map.buckets}%`,
    });
    this.#mark.hidden = false;
  }

  /** First and last timestep of the buckets [from, to). */
  #timesteps(from: number, to: number): readonly [number, number] {
    const buckets = this.#map?.buckets ?? 1;
    const edge = (bucket: number) => Math.ceil((bucket * this.#labels.timesteps) / buckets);
    return [edge(from), edge(to) - 1];
  }

  #fillTable(): void {
    const map = this.#map;
    if (map === null || !this.#table.open) return;
    const {stage, loss} = this.#labels;
    const columns = Math.min(tableColumns, map.columns.length);
    const rows = Math.min(tableRows, map.buckets);
    const columnEdge = (i: number) => Math.floor((i * map.columns.length) / columns);
    const rowEdge = (i: number) => Math.floor((i * map.buckets) / rows);
    const head = Array.from(
      {length: columns},
      (_, i) => `to update ${countText(map.columns[columnEdge(i + 1) - 1]?.to ?? 0)}`,
    );
    const body = Array.from({length: rows}, (_, row) => [
      this.#timesteps(rowEdge(row), rowEdge(row + 1)).join(' to '),
      ...head.map((_, i) => numberText(this.#mean(columnEdge(i), columnEdge(i + 1), rowEdge(row), rowEdge(row + 1)))),
    ]);
    const caption = `${loss} of ${stage}: mean over updates and timesteps`;
    setChildren(this.#table, element('summary', {}, 'Data table'), table(caption, ['Timesteps', ...head], body));
  }
}
