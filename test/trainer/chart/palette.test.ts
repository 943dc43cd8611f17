import {describe, expect, it} from 'vitest';
import {palette, seriesColour} from '../../../trainer/chart/palette.ts';

describe('seriesColour', () => {
  it('gives eight different colours and then starts anew', () => {
    const colours = Array.from({length: 8}, (_, i) => seriesColour(i));
    expect(new Set(colours.map(String)).size).toBe(8);
    expect(colours[0]).toEqual(palette.blue);
    expect(seriesColour(8)).toEqual(palette.blue);
  });
});
