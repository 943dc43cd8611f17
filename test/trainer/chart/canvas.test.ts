import {describe, expect, it} from 'vitest';
import {Canvas} from '../../../trainer/chart/canvas.ts';
import type {Stroke} from '../../../trainer/chart/strokeCoverage.ts';
import {pixelText} from './pixelText.ts';

const black = [0, 0, 0] as const;

describe('Canvas', () => {
  it('starts with its background', () => {
    expect([...new Canvas(2, 1).pixels]).toEqual([255, 255, 255, 255, 255, 255]);
    expect([...new Canvas(1, 2, [1, 2, 3]).pixels]).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('fills rectangles of whole pixels and cuts off what lies outside', () => {
    const canvas = new Canvas(6, 4);
    canvas.fillRectangle(0.6, 1.4, 2, 1, black);
    canvas.fillRectangle(4, 2, 10, 10, black);
    expect(pixelText(canvas)).toEqual(['......', '.##...', '....##', '....##']);
  });

  it('draws a curve as sharp rows and columns', () => {
    const canvas = new Canvas(8, 6);
    const curve: Stroke[] = [
      [0, 2, 5, 2],
      [5, 2, 5, 6],
    ];
    canvas.drawStrokes(curve, 2, black);
    expect(pixelText(canvas)).toEqual(['........', '#####x..', '######..', '....##..', '....##..', '....##..']);
  });

  it('mixes colours by opacity', () => {
    const canvas = new Canvas(1, 1, [200, 100, 0]);
    canvas.blend(0, 0, [0, 200, 100], 0.25);
    expect([...canvas.pixels]).toEqual([150, 125, 25]);
  });

  it('does not darken where pale strokes cross', () => {
    const canvas = new Canvas(9, 9);
    const cross: Stroke[] = [
      [0, 4.5, 9, 4.5],
      [4.5, 0, 4.5, 9],
    ];
    canvas.drawStrokes(cross, 1, black, 0.2);
    expect(canvas.pixels[(4 * 9 + 4) * 3]).toBe(204);
    expect(canvas.pixels[(4 * 9 + 1) * 3]).toBe(204);
  });

  it('copies grey and RGB pictures, enlarged', () => {
    const canvas = new Canvas(6, 3);
    canvas.drawPicture({pixels: Uint8Array.of(0, 255, 255, 0), width: 2, height: 2, channels: 1}, 1, 0, 2);
    expect(pixelText(canvas)).toEqual(['.##...', '.##...', '...##.']);
    canvas.drawPicture({pixels: Uint8Array.of(9, 8, 7), width: 1, height: 1, channels: 3}, 0, 0, 1);
    expect([...canvas.pixels.subarray(0, 3)]).toEqual([9, 8, 7]);
  });
});
