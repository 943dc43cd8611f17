import {expect, it} from 'vitest';
import {BenchRow} from '../../../../trainer/contract/engine/engineBench.ts';
import {benchConv} from '../../../../trainer/engine/bench/convBench.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

describeOnEngines('the bench of a convolution', () => {
  it('times forward pass and both gradients, and counts the operations', async () => {
    await expectNoLeak(async () => {
      const rows = await benchConv({batch: 2, side: 5, from: 3, to: 4}, [], 1e-3);
      expect(rows.map(({task}) => task)).toEqual([
        'convolution 2x5x5, 3 to 4 channels: forward',
        'convolution 2x5x5, 3 to 4 channels: gradient by the input',
        'convolution 2x5x5, 3 to 4 channels: gradient by the filter',
      ]);
      for (const row of rows) {
        // Two images of 25 pixels, nine taps of three channels for four results, a product and a sum each.
        expect(BenchRow.parse(row).gflop).toBeCloseTo((2 * 25 * 27 * 4 * 2) / 1e9, 12);
        expect(row.milliseconds).toBeGreaterThan(0);
      }
    });
  });
});
