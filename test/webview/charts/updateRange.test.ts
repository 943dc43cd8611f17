import {describe, expect, it} from 'vitest';
import {createRandom} from '../../../trainer/random.ts';
import {axisEnd, inside, panned, zoomed} from '../../../webview/charts/updateRange.ts';

const all = {from: 1, to: 1001};

describe('the shown range', () => {
  it('zooms about its middle, or about a mark', () => {
    expect(zoomed(all, 0.5, all)).toEqual({from: 251, to: 751});
    expect(zoomed(all, 0.5, all, 101)).toEqual({from: 51, to: 551});
  });

  it('is null when all is shown again', () => {
    expect(zoomed({from: 251, to: 751}, 2, all)).toBeNull();
    expect(inside(all, all)).toBeNull();
  });

  it('is as narrow as its axis allows', () => {
    expect(inside({from: 500, to: 500.1}, all)).toEqual({from: 500, to: 502});
    expect(inside({from: 500, to: 500.1}, all, 0.25)).toEqual({from: 500, to: 500.25});
  });

  it('moves without getting narrower at the ends', () => {
    expect(panned({from: 801, to: 1001}, 0.5, all)).toEqual({from: 801, to: 1001});
    expect(panned({from: 1, to: 201}, -1, all)).toEqual({from: 1, to: 201});
    expect(panned({from: 101, to: 301}, 0.25, all)).toEqual({from: 151, to: 351});
  });

  it('never leaves what there is, however it is moved', () => {
    const random = createRandom(5);
    let range = {from: 401, to: 601};
    for (let i = 0; i < 500; i++) {
      const next =
        random.float() < 0.5 ? zoomed(range, 0.3 + 2 * random.float(), all) : panned(range, random.normal(), all);
      range = next ?? all;
      expect(range.from).toBeGreaterThanOrEqual(1);
      expect(range.to).toBeLessThanOrEqual(1001);
      expect(range.to - range.from).toBeGreaterThanOrEqual(2 - 1e-9);
    }
  });
});

describe('the end of an axis', () => {
  it('is the last update itself while there are few', () => {
    expect([1, 100, 511].map((update) => axisEnd(update))).toEqual([1, 100, 511]);
  });

  it('is never before the last update, and later by less than one in 256', () => {
    for (let update = 1; update < 1e6; update = Math.ceil(update * 1.01)) {
      expect(axisEnd(update)).toBeGreaterThanOrEqual(update);
      expect(axisEnd(update) - update).toBeLessThan(Math.max(1, update / 256));
    }
  });

  it('is as close for hours, which are counted in parts', () => {
    for (const hours of [0.001, 0.3, 7.77, 1000.5]) {
      expect(axisEnd(hours, false)).toBeGreaterThanOrEqual(hours);
      expect(axisEnd(hours, false)).toBeLessThan(hours * (1 + 1 / 128));
    }
  });

  it('stays where it is over most steps of a long run', () => {
    const ends = new Set(Array.from({length: 1000}, (_, i) => axisEnd(100_000 + i)));
    expect(ends.size).toBeLessThanOrEqual(5);
  });
});
