import {describe, expect, it} from 'vitest';
import {GpuSlots} from '../../../../trainer/pipeline/resources/gpuSlots.ts';

/** Work that lasts until it is ended. */
function job(slots: GpuSlots) {
  let end: () => void = () => undefined;
  let gpu: string | undefined;
  const done = slots.use(async (given) => {
    gpu = given;
    await new Promise<void>((resolve) => (end = resolve));
  });
  return {gpu: () => gpu, end: () => end(), done};
}

describe('the GPUs of a run', () => {
  it('are one for each process', () => {
    const slots = new GpuSlots(['0', '1', '2']);
    expect([job(slots), job(slots), job(slots)].map(({gpu}) => gpu())).toEqual(['0', '1', '2']);
  });

  it('are given to the next process when one ends', async () => {
    const slots = new GpuSlots(['0', '1']);
    const [, second] = [job(slots), job(slots)];
    second.end();
    await second.done;
    expect(job(slots).gpu()).toBe('1');
  });

  it('are given back by a process that fails', async () => {
    const slots = new GpuSlots(['0', '1']);
    await expect(slots.use(() => Promise.reject(new Error('out of memory')))).rejects.toThrow('out of memory');
    expect(job(slots).gpu()).toBe('0');
  });

  it('are shared evenly by more processes than there are', () => {
    const slots = new GpuSlots(['0', '1']);
    expect([1, 2, 3, 4].map(() => job(slots).gpu())).toEqual(['0', '1', '0', '1']);
  });

  it("are nobody's choice where there are none", () => {
    expect(job(new GpuSlots([])).gpu()).toBeUndefined();
  });
});
