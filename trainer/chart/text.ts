import {capitalHeight, type Glyph, glyphOf} from './bitmapFont.ts';
import type {Canvas} from './canvas.ts';
import {type Colour, ink} from './palette.ts';
import type {Stroke} from './strokeCoverage.ts';

export interface TextStyle {
  /** Pixels per cell of the font. Whole numbers give the sharpest letters. */
  readonly size: number;
  readonly colour?: Colour;
  /** Which part of the text lies at `x`. */
  readonly align?: 'left' | 'centre' | 'right';
}

/** Cells between two characters. */
const GAP = 1;

/** Pixels from the top of a capital to the baseline. */
export function textHeight(size: number): number {
  return capitalHeight * size;
}

/** Pixels from the first column of ink to the last. */
export function textWidth(text: string, size: number): number {
  const widths = [...text].map((character) => glyphWidth(glyphOf(character)));
  return size * widths.reduce((sum, width, i) => sum + width + (i > 0 ? GAP : 0), 0);
}

/** One line of text; `top` is the upper edge of its capitals. */
export function drawText(canvas: Canvas, text: string, x: number, top: number, style: TextStyle): void {
  const {size, colour = ink.label, align = 'left'} = style;
  const share = {left: 0, centre: 0.5, right: 1}[align];
  let left = Math.round(x - share * textWidth(text, size));
  const strokes: Stroke[] = [];
  for (const character of text) {
    const glyph = glyphOf(character);
    for (const [x0, y0, x1, y1] of glyphStrokes(glyph)) {
      strokes.push([left + x0 * size, top + y0 * size, left + x1 * size, top + y1 * size]);
    }
    left += (glyphWidth(glyph) + GAP) * size;
  }
  canvas.drawStrokes(strokes, size, colour);
}

/**
 * The cells of a character as the skeleton of smooth letters, in cells: strokes join the centres of neighbouring cells with ink.
 * Diagonal neighbours are joined only where no third cell makes the corner between them, or every corner would be filled.
 */
export function glyphStrokes(glyph: Glyph): Stroke[] {
  const has = (x: number, y: number) => glyph[y]?.[x] ?? false;
  return glyph.flatMap((row, y) =>
    row.flatMap((_, x): Stroke[] => {
      if (!has(x, y)) return [];
      const ends: [number, number][] = [[x, y]];
      if (has(x + 1, y)) ends.push([x + 1, y]);
      if (has(x, y + 1)) ends.push([x, y + 1]);
      for (const side of [x - 1, x + 1]) {
        if (has(side, y + 1) && !has(side, y) && !has(x, y + 1)) ends.push([side, y + 1]);
      }
      return ends.map(([endX, endY]) => [x + 0.5, y + 0.5, endX + 0.5, endY + 0.5]);
    }),
  );
}

function glyphWidth(glyph: Glyph): number {
  return glyph[0]?.length ?? 0;
}
