import {describe, expect, it} from 'vitest';
import {parseGpus, SystemMeter} from '../../../extension/panel/systemMeter.ts';

describe('the load of the machine', () => {
  it('reads what nvidia-smi tells, and what it cannot', () => {
    expect(parseGpus('NVIDIA H200, 35, 1024, 143771\nOld card, [N/A], [N/A], 2048\n')).toEqual([
      {name: 'NVIDIA H200', share: 0.35, memoryUsed: 2 ** 30, memoryTotal: 143771 * 2 ** 20},
      {name: 'Old card', share: null, memoryUsed: 0, memoryTotal: 2 ** 31},
    ]);
  });

  it('measures processors from the second time on, and the memory of a process', async () => {
    const meter = new SystemMeter();
    const first = await meter.measure(process.pid);
    expect(first.cpuShare).toBeNull();
    expect(first.memoryUsed).toBeLessThan(first.memoryTotal);
    if (process.platform === 'linux') expect(first.runMemory).toBeGreaterThan(10 * 2 ** 20);
    for (const end = Date.now() + 60; Date.now() < end;);
    const {cpuShare} = await meter.measure(null);
    expect(cpuShare).toBeGreaterThan(0);
    expect(cpuShare).toBeLessThanOrEqual(1);
  });
});
