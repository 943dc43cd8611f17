import type {DataConfig} from '../contract/config/dataConfig.ts';
import {UserError} from '../contract/errors.ts';
import {createRandom, permutation} from '../random.ts';
import type {Datasets, ImageSource} from './dataset.ts';
import {fingerprintOf} from './fingerprint.ts';
import type {NamedSplits} from './splitNames.ts';

type SplitSettings = Pick<DataConfig, 'validation' | 'test' | 'splitSeed' | 'limit'>;

/**
 * Splits images into the three parts. Parts that the dataset has itself are seeded choices of those; the others are taken from the training
 * images: of one seeded permutation the first `test` are for the report, the next `validation` for choices, the rest for training. In
 * this order the test images stay the same ones when the number of validation images changes. `limit` keeps the first training images of the
 * permutation, thus a seeded choice.
 */
export function splitSource(given: NamedSplits<ImageSource>, settings: SplitSettings): Datasets {
  const {splitSeed, limit} = settings;
  const test = given.test ? 0 : settings.test;
  const validation = given.validation ? 0 : settings.validation;
  const wanted = [...(given.validation ? [] : [`${validation} validation`]), ...(given.test ? [] : [`${test} test`])];
  requireFit(given.train.size, wanted, validation + test + 1);
  const order = permutation(given.train.size, createRandom(splitSeed, 'split'));
  const taken = (start: number, end: number): ImageSource => subset(given.train, order.subarray(start, end));
  return {
    train: subset(given.train, limited(order.subarray(test + validation), limit)),
    validation: given.validation ? chosen(given.validation, settings, 'validation') : taken(test, test + validation),
    test: given.test ? chosen(given.test, settings, 'test') : taken(0, test),
  };
}

/** As many images of a part of the dataset as the settings say. */
function chosen(source: ImageSource, settings: SplitSettings, part: 'validation' | 'test'): ImageSource {
  requireFit(source.size, [`${settings[part]} ${part}`], settings[part]);
  const order = permutation(source.size, createRandom(settings.splitSeed, 'split', part));
  return subset(source, order.subarray(0, settings[part]));
}

/** The images `indices` of a source, as a source. Its fingerprint depends on both the data and the choice. */
export function subset(source: ImageSource, indices: Uint32Array): ImageSource {
  const original = (index: number): number => {
    const found = indices[index];
    if (found === undefined) throw new RangeError(`Image ${index} of ${indices.length} was asked for.`);
    return found;
  };
  const {name, label, captions} = source;
  return {
    size: indices.length,
    shape: source.shape,
    fingerprint: fingerprintOf([source.fingerprint, indices.join()]),
    read: (index, random) => source.read(original(index), random),
    ...(name && {name: (index: number) => name(original(index))}),
    ...(label && {label: (index: number) => label(original(index))}),
    ...(captions && {captions: (index: number) => captions(original(index))}),
  };
}

function limited(indices: Uint32Array, limit: number | undefined): Uint32Array {
  return limit === undefined ? indices : indices.subarray(0, limit);
}

function requireFit(size: number, wanted: readonly string[], needed: number): void {
  if (needed <= size) return;
  throw new UserError(
    'data-too-small',
    `${wanted.join(' and ')} images do not fit: there are ${size} to choose from.`,
    {
      hint: 'Lower data.validation or data.test, or add images; at least one image must be left for training.',
    },
  );
}
