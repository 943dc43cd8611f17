import {expect, it} from 'vitest';
import {BenchRow} from '../../../trainer/contract/engine/engineBench.ts';
import {benchUpdate} from '../../../trainer/train/updateBench.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';

describeOnEngines('the bench of an update', () => {
  it('times whole updates', async () => {
    const rows = await benchUpdate({batch: 1, side: 4}, [], 1e-3);
    expect(rows).toHaveLength(1);
    const {task, milliseconds, gflop} = BenchRow.parse(rows[0]);
    expect(task).toBe('update of a small UNet, batch 1 of 4x4');
    expect(milliseconds).toBeGreaterThan(0);
    // Nobody counted, which is how the table tells an update from a kernel.
    expect(gflop).toBeUndefined();
  });
});
