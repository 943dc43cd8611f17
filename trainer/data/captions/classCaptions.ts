import type {ClassCaptionSettings} from '../../contract/config/dataConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {ImageSource, OfficialSplit} from '../dataset.ts';
import {measureStrokes, type Strokes} from './strokes.ts';

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Below and above what an image is worth a word: the quartiles of all training images. */
type Ordinary = Record<keyof Strokes, readonly [low: number, high: number]>;

/**
 * The images with captions made from their labels and, where the settings say so, from how they are drawn: `a bold seven, tilted left`,
 * `a bold seven`, `a seven, tilted left`, `a seven`, the most exact one first.
 */
export function withClassCaptions({train, test}: OfficialSplit, settings: ClassCaptionSettings): OfficialSplit {
  let measured: Promise<Ordinary> | undefined;
  const ordinary = () => (measured ??= measureOrdinary(train));
  const captioned = (source: ImageSource): ImageSource => ({
    ...source,
    captions: async (index) => {
      const name = className(source.label?.(index) ?? -1, settings.names ?? digits);
      if (!settings.style) return [article(name)];
      const pixels = await source.read(index);
      return pixels ? describe(name, measureStrokes(pixels, source.shape), await ordinary()) : [article(name)];
    },
  });
  return {train: captioned(train), test: captioned(test)};
}

function describe(name: string, {slant, width}: Strokes, ordinary: Ordinary): string[] {
  const weight = outside(width, ordinary.width, 'thin ', 'bold ');
  const tilt = outside(slant, ordinary.slant, ', tilted left', ', tilted right');
  return [...new Set([weight + name + tilt, weight + name, name + tilt, name])].map(article);
}

function outside(value: number, [low, high]: readonly [number, number], below: string, above: string): string {
  if (value < low) return below;
  return value > high ? above : '';
}

/** `a one` and `a uniform` begin with a vowel in writing alone. */
function article(noun: string): string {
  return `${/^(?!one|uni|eu)[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

async function measureOrdinary(source: ImageSource): Promise<Ordinary> {
  const all: Strokes[] = [];
  for (let index = 0; index < source.size; index++) {
    const pixels = await source.read(index);
    if (pixels) all.push(measureStrokes(pixels, source.shape));
  }
  return {slant: quartiles(all.map(({slant}) => slant)), width: quartiles(all.map(({width}) => width))};
}

function quartiles(values: readonly number[]): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return [at(0.25), at(0.75)];
}

function className(label: number, names: readonly string[]): string {
  const name = names[label];
  if (name !== undefined) return name;
  const message = `Images of the class ${label} have no caption: data.captions.names ends at class ${names.length - 1}.`;
  throw new UserError('captions-names', message, {
    hint: 'Name all classes in data.captions.names, that of label 0 first.',
  });
}
