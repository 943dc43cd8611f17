import {printTheme} from '../../theme.ts';

/** Content of a saved XY grid. */
export interface GridPicture {
  readonly across: {readonly name: string; readonly values: readonly number[]};
  readonly down: {readonly name: string; readonly values: readonly number[]};
  /** Data URI of each cell's picture, row by row. */
  readonly sources: readonly string[];
  /** Lines below the grid: how it was sampled. */
  readonly note: string;
}

const side = 120;
const gap = 6;
const left = 130;
const top = 50;

/** A grid with its axes as a self-contained SVG document. */
export function gridSvg({across, down, sources, note}: GridPicture): string {
  const notes = note.split('\n');
  const width = left + across.values.length * (side + gap) + gap;
  const height = top + down.values.length * (side + gap) + 15 + notes.length * 15;
  const columns = across.values.map((value, x) =>
    text(left + x * (side + gap) + side / 2, 40, String(value), 'middle'),
  );
  const rows = down.values.map((value, y) => text(left - 10, top + y * (side + gap) + side / 2, String(value), 'end'));
  const cells = sources.map((source, i) => {
    const x = left + (i % across.values.length) * (side + gap);
    const y = top + Math.floor(i / across.values.length) * (side + gap);
    return `<image x="${x}" y="${y}" width="${side}" height="${side}" href="${source}" style="image-rendering: pixelated"/>`;
  });
  const below = notes.map((line, i) => text(left, height - 10 - 15 * (notes.length - 1 - i), line));
  const names = [text(left, 18, `across: ${across.name}, down: ${down.name}`), ...below];
  const paper = `<rect width="100%" height="100%" fill="${printTheme.background}"/>`;
  const parts = [paper, ...names, ...columns, ...rows, ...cells];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${printTheme.fontFamily}" font-size="12">${parts.join('')}</svg>`;
}

function text(x: number, y: number, content: string, anchor = 'start'): string {
  const safe = content.replace(/[<>&]/g, ' ');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${printTheme.foreground}">${safe}</text>`;
}
