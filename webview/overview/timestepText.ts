import {rangeText} from '../../trainer/contract/overview/stageTitle.ts';
import {table} from '../dom.ts';
import {estimateText, numberText} from '../numberText.ts';
import type {TimestepPicture, TimestepValue} from './timestepPicture.ts';

/** The intervals [from, to) of which a picture has values, in ascending order. */
export function intervalsOf({lines, base}: TimestepPicture): (readonly [from: number, to: number])[] {
  const all = [...base, ...lines.flatMap(({values}) => values)];
  const known = new Map(all.map(({from, to}) => [`${from} ${to}`, [from, to] as const]));
  return [...known.values()].sort(([a], [b]) => a - b);
}

/** What the picture says at an interval: `t 0 to 249: loss of the base 0.07280 ± 0.0010; expert 0, t 0 to 249 -0.399 ± 0.016 %; …`. */
export function readingAt({lines, base, unit}: TimestepPicture, [from, to]: readonly [number, number]): string {
  const at = (values: readonly TimestepValue[]) => values.find((value) => value.from <= from && from < value.to);
  const ofBase = at(base);
  const texts = lines.flatMap(({label, values}) => {
    const found = at(values);
    return found === undefined ? [] : [`${label} ${valueText(found, unit)}`];
  });
  const parts = [...(ofBase === undefined ? [] : [`loss of the base ${valueText(ofBase, 'loss')}`]), ...texts];
  return `${rangeText([from, to])}: ${parts.length === 0 ? 'no values' : parts.join('; ')}`;
}

/** The picture for those who cannot see it. */
export function pictureSummary(picture: TimestepPicture): string {
  const {title, lines, unit} = picture;
  const texts = lines.map(({label, values}) => {
    const numbers = values.map(({value}) => value).filter(Number.isFinite);
    const ends = [Math.min(...numbers), Math.max(...numbers)].map(
      (value) => numberText(value) + (unit === 'percent' ? ' %' : ''),
    );
    return `${label}: ${ends[0] === ends[1] ? ends[0] : ends.join(' to ')}.`;
  });
  const what = unit === 'percent' ? ', difference to the base' : '';
  return `${title}${what}. ${texts.join(' ')}`;
}

export function pictureTable(picture: TimestepPicture): HTMLElement {
  const {lines, base, unit, title, yLabel} = picture;
  const rows = intervalsOf(picture).map(([from, to]) => {
    const cell = (values: readonly TimestepValue[], shown: TimestepPicture['unit']) => {
      const found = values.find((value) => value.from === from && value.to === to);
      return found === undefined ? '–' : valueText(found, shown);
    };
    return [
      rangeText([from, to]),
      ...(base.length === 0 ? [] : [cell(base, 'loss')]),
      ...lines.map(({values}) => cell(values, unit)),
    ];
  });
  const head = ['Timesteps', ...(base.length === 0 ? [] : ['loss of the base']), ...lines.map(({label}) => label)];
  return table(`${title}: ${yLabel}`, head, rows);
}

function valueText({value, error}: TimestepValue, unit: TimestepPicture['unit']): string {
  const sign = unit === 'percent' && value > 0 ? '+' : '';
  const text = error === null ? numberText(value) : estimateText({mean: value, standardError: error});
  return `${sign}${text}${unit === 'percent' ? ' %' : ''}`;
}
