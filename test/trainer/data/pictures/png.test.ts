import {decode, encode} from 'fast-png';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {describe, expect, it} from 'vitest';
import {decodePng, encodePng, gridCorner, imageGrid} from '../../../../trainer/data/pictures/png.ts';

describe('encodePng', () => {
  it.each([1, 3])('keeps every pixel of %i channels', (channels) => {
    const pixels = Uint8Array.from({length: 5 * 4 * channels}, (_, i) => (i * 37) % 256);
    const picture = decode(encodePng(pixels, 5, 4, channels), {checkCrc: true});
    expect(picture).toMatchObject({width: 5, height: 4, channels, depth: 8});
    expect(new Uint8Array(picture.data)).toEqual(pixels);
  });

  it('writes the same bytes for the same pixels', () => {
    const pixels = Uint8Array.from({length: 300}, (_, i) => (i * i) % 256);
    expect(encodePng(pixels, 10, 10, 3)).toEqual(encodePng(pixels.slice(), 10, 10, 3));
  });

  it('refuses other numbers of channels', () => {
    expect(() => encodePng(new Uint8Array(4), 1, 1, 4)).toThrow(RangeError);
  });
});

describe('imageGrid', () => {
  it('lays the images in rows, with white gaps and a white rest', () => {
    const images = Float32Array.of(-1, -1, -1, 0, 0, 0, -0.2, 0.2, -0.6);
    const {pixels, ...size} = imageGrid(images, [3, 1, 1, 3], 2);
    expect(size).toEqual({width: 4, height: 4, channels: 3});
    const at = (x: number, y: number): number[] => [...pixels.subarray((y * 4 + x) * 3, (y * 4 + x + 1) * 3)];
    expect([at(0, 0), at(3, 0), at(0, 3)]).toEqual([
      [0, 0, 0],
      [128, 128, 128],
      [102, 153, 51],
    ]);
    for (const [x, y] of [
      [1, 0],
      [2, 0],
      [0, 1],
      [3, 3],
    ] as const) {
      expect(at(x, y)).toEqual([255, 255, 255]);
    }
  });

  it('keeps the rows of an image together', () => {
    const images = Float32Array.from([0, 51, 102, 153, 204, 255, 10, 20], (byte) => byte / 127.5 - 1);
    const {pixels, width} = imageGrid(images, [2, 2, 2, 1], 8);
    expect(width).toBe(6);
    expect([...pixels]).toEqual([0, 51, 255, 255, 204, 255, 102, 153, 255, 255, 10, 20]);
  });
});

describe('decodePng', () => {
  it.each([1, 3])('reads what encodePng wrote, %i channels', (channels) => {
    const pixels = Uint8Array.from({length: 5 * 4 * channels}, (_, i) => (i * 37) % 256);
    expect(decodePng(encodePng(pixels, 5, 4, channels))).toEqual({pixels, width: 5, height: 4, channels});
  });

  it('refuses other kinds of PNG', () => {
    expect(() => decodePng(encode({data: new Uint16Array(4), width: 2, height: 2, channels: 1, depth: 16}))).toThrow(
      UserError,
    );
    expect(() => decodePng(encode({data: new Uint8Array(16), width: 2, height: 2, channels: 4}))).toThrow(UserError);
  });
});

describe('gridCorner', () => {
  const levels = Float32Array.from({length: 12}, (_, i) => i / 127.5 - 1);
  const grid = imageGrid(levels, [12, 1, 1, 1], 4);

  it('is the grid of the first images of the first rows', () => {
    const kept = Float32Array.from([0, 1, 4, 5], (i) => i / 127.5 - 1);
    expect(gridCorner(grid, {columns: 4, rows: 3}, 2)).toEqual(imageGrid(kept, [4, 1, 1, 1], 2));
  });

  it('is the whole grid where that is smaller', () => {
    expect(gridCorner(grid, {columns: 4, rows: 3}, 6)).toEqual(grid);
  });
});
