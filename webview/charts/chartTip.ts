import type {XAxisKind} from '../../trainer/contract/panel/panelPage.ts';
import {element, setChildren} from '../dom.ts';
import type {StyledLine} from './chartLine.ts';
import {hasStepAt, nearestPoint, rawText, stepName, valueText} from './loggedSteps.ts';
import {lineSample} from './seriesStyle.ts';

/** A place in the frame of a chart, in pixels. */
export interface TipPlace {
  readonly left: number;
  readonly top: number;
  /** Whether it is where the pointer is; otherwise the keyboard has moved the mark. */
  readonly isPointer: boolean;
}

/** More rows would hide the curves; the table below the charts has all of them. */
const mostRows = 12;
/** Pixels between the tip and the pointer, and between the tip and the edge of the page. */
const distance = 14;
const margin = 4;

/** The values of the curves of one chart beside the mark. Screen readers have the table below the charts instead. */
export class ChartTip {
  readonly root = element('div', {class: 'chart-tip', 'aria-hidden': 'true', hidden: true});

  hide(): void {
    this.root.hidden = true;
  }

  /** `topOf` is the mapping from a value to its place in the frame. The line that is nearest to the pointer stands out. */
  show(
    lines: readonly StyledLine[],
    mark: {readonly update: number; readonly xAxis: XAxisKind},
    place: TipPlace,
    topOf: (value: number) => number,
  ): void {
    const {update, xAxis} = mark;
    const away = (line: StyledLine) =>
      Math.abs(topOf(line.points.y[nearestPoint(line.points, update)] ?? NaN) - place.top);
    const there = lines.filter(({points}) => hasStepAt(points, update));
    const byDistance = place.isPointer ? [...there].sort((a, b) => (away(a) || 0) - (away(b) || 0)) : there;
    const nearest = place.isPointer ? byDistance[0] : undefined;
    const kept = new Set(byDistance.slice(0, mostRows));
    const left = there.length - kept.size;
    const rows = there
      .filter((line) => kept.has(line))
      .map((line) =>
        element(
          'tr',
          {class: line === nearest ? 'nearest' : null},
          element('td', {}, element('span', {class: 'legend-item'}, lineSample(line.style), line.label)),
          element('td', {}, valueText(line.points, update)),
          element('td', {}, rawText(line.points, update)),
        ),
      );
    const head = element('tr', {}, ...['', 'smoothed', 'raw'].map((text) => element('td', {class: 'faint'}, text)));
    setChildren(
      this.root,
      element('div', {class: 'chart-tip-title'}, stepName(lines, update, xAxis)),
      rows.length === 0 ? 'No curve has a value here.' : element('table', {}, head, ...rows),
      left > 0 ? element('div', {class: 'faint'}, `and ${left} more in the table below`) : null,
    );
    this.root.hidden = false;
    this.#place(place);
  }

  /** To the right of the mark, or to its left where the page ends; never beyond the page, which would then scroll. */
  #place({left, top}: TipPlace): void {
    const frame = this.root.parentElement?.getBoundingClientRect();
    if (frame === undefined) return;
    const {offsetWidth: width, offsetHeight: height} = this.root;
    const page = document.documentElement.clientWidth;
    const isRoomy = frame.left + left + distance + width + margin <= page;
    const x = isRoomy ? left + distance : left - distance - width;
    const y = Math.min(top - height / 2, window.innerHeight - margin - height - frame.top);
    this.root.style.left = `${Math.max(margin - frame.left, x)}px`;
    this.root.style.top = `${Math.max(margin - frame.top, y)}px`;
  }
}
