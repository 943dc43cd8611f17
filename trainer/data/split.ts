import type {DataConfig} from '../contract/config/dataConfig.ts';
import {UserError} from '../contract/errors.ts';
import {createRandom, permutation} from '../random.ts';
import type {Datasets, ImageSource, OfficialSplit} from './dataset.ts';
import {fingerprintOf} from './fingerprint.ts';

type SplitSettings = Pick<DataConfig, 'validation' | 'test' | 'splitSeed' | 'limit'>;

/**
 * Splits images that have no official test part: of one seeded permutation the first `test` images are for the report,
 * the next `validation` for choices, the rest for training. In this order the test images stay the same ones when the
 * number of validation images changes. `limit` keeps the first training images of the permutation, thus a seeded choice.
 */
export function splitSource(all: ImageSource, settings: SplitSettings): Datasets {
  const {validation, test} = settings;
  requireFit(all.size, [`${validation} validation`, `${test} test`], validation + test + 1);
  const order = permutation(all.size, createRandom(settings.splitSeed, 'split'));
  return {
    train: subset(all, limited(order.subarray(test + validation), settings.limit)),
    validation: subset(all, order.subarray(test, test + validation)),
    test: subset(all, order.subarray(0, test)),
  };
}

/**
 * Splits images with an official test part: validation is a seeded choice of the official training images, and the test
 * images are a seeded choice of the official test images.
 */
export function splitOfficial({train, test}: OfficialSplit, settings: SplitSettings): Datasets {
  requireFit(train.size, [`${settings.validation} validation`], settings.validation + 1);
  requireFit(test.size, [`${settings.test} test`], settings.test);
  const order = permutation(train.size, createRandom(settings.splitSeed, 'split'));
  const testOrder = permutation(test.size, createRandom(settings.splitSeed, 'split', 'test'));
  return {
    train: subset(train, limited(order.subarray(settings.validation), settings.limit)),
    validation: subset(train, order.subarray(0, settings.validation)),
    test: subset(test, testOrder.subarray(0, settings.test)),
  };
}

/** The images `indices` of a source, as a source. Its fingerprint tells both the data and the choice. */
export function subset(source: ImageSource, indices: Uint32Array): ImageSource {
  const original = (index: number): number => {
    const found = indices[index];
    if (found === undefined) throw new RangeError(`Image ${index} of ${indices.length} was asked for.`);
    return found;
  };
  const {label} = source;
  return {
    size: indices.length,
    shape: source.shape,
    fingerprint: fingerprintOf([source.fingerprint, indices.join()]),
    read: (index, random) => source.read(original(index), random),
    ...(label && {label: (index: number) => label(original(index))}),
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
