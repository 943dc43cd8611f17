import type {Pixels} from '../../../trainer/chart/canvas.ts';

/** Rows of a picture as text, one character a pixel: `#` for black, `.` for white, `x` for anything between. */
export function pixelText({pixels, width, height, channels}: Pixels): string[] {
  const level = (x: number, y: number) => pixels[(y * width + x) * channels] ?? NaN;
  const sign = (value: number) => (value === 0 ? '#' : value === 255 ? '.' : 'x');
  return Array.from({length: height}, (_, y) => Array.from({length: width}, (__, x) => sign(level(x, y))).join(''));
}
