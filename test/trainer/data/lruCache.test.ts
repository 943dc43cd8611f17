import {describe, expect, it} from 'vitest';
import {lruCache} from '../../../trainer/data/lruCache.ts';

function counted(capacity: number): {get: (key: number) => Promise<number>; loads: number[]} {
  const loads: number[] = [];
  const load = (key: number): Promise<number> => {
    loads.push(key);
    return key < 0 ? Promise.reject(new Error(`no ${key}`)) : Promise.resolve(key * 10);
  };
  return {get: lruCache({capacity, cost: (key: number) => Math.abs(key), load}), loads};
}

describe('lruCache', () => {
  it('loads once, also for requests at the same time', async () => {
    const {get, loads} = counted(10);
    expect(await Promise.all([get(4), get(4), get(5)])).toEqual([40, 40, 50]);
    expect(await get(4)).toBe(40);
    expect(loads).toEqual([4, 5]);
  });

  it('drops what was unused for longest when the costs exceed the capacity', async () => {
    const {get, loads} = counted(6);
    for (const key of [1, 2, 3, 1, 4, 1, 2]) await get(key);
    expect(loads).toEqual([1, 2, 3, 4, 2]);
  });

  it('keeps a single value that is too large, until the next one', async () => {
    const {get, loads} = counted(6);
    for (const key of [9, 9, 1, 9]) await get(key);
    expect(loads).toEqual([9, 1, 9]);
  });

  it('tries again after a failure', async () => {
    const {get, loads} = counted(6);
    await expect(get(-1)).rejects.toThrow('no -1');
    await expect(get(-1)).rejects.toThrow('no -1');
    expect(loads).toEqual([-1, -1]);
  });
});
