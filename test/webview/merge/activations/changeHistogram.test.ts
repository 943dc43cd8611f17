import {expect, it} from 'vitest';
import {emptyHistogram, withValues} from '../../../../trainer/contract/run/measured/symmetricHistogram.ts';
import {changeHistogram} from '../../../../webview/merge/activations/changeHistogram.ts';
import {knownActivations} from '../../../helpers/measurements/knownActivations.ts';

const {sites} = knownActivations();

it('shows both axes in common bins, each with an area of 1, as far out as the wider one reaches', () => {
  const {min, max, lines} = changeHistogram(sites.slice(0, 1), 'one block');
  const bins = lines[0]?.density.length ?? NaN;
  // The limit of the channels is 1/32 in 256 bins; their changes of 0.02 lie in bin 81 from the middle.
  expect([min, max, bins]).toEqual([-82 / 4096, 82 / 4096, 164]);
  for (const {density} of lines) {
    expect(density.reduce((sum, value) => sum + (value * (max - min)) / bins, 0)).toBeCloseTo(1, 12);
    expect(density.filter((value) => value > 0)).toEqual([2048, 2048]);
  }
  // Space: 0.005 is in bin 20 from the middle, on both sides.
  expect(lines[1]?.density.flatMap((value, bin) => (value > 0 ? [bin - bins / 2] : []))).toEqual([-21, 20]);
});

it('pools the blocks, and leaves room for most values rather than for a single far one', () => {
  const [first] = sites;
  if (first === undefined) expect.fail();
  const values = Array.from({length: 5000}, (_, i) => (i === 0 ? 100 : 1));
  const far = {...first, channel: {...first.channel, histogram: withValues(emptyHistogram(), values)}};
  const {max, lines} = changeHistogram([far, first], 'two blocks');
  expect(max).toBe(2);
  // 5000 values of 1 and 50 of 0.02, in bins of width 1 from the middle; -0.02 lies below it.
  const density = (share: number) => share / 5100;
  expect(lines[0]?.density).toEqual([0, density(50), density(50), density(4999)]);
});
