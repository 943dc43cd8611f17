import {describe, expect, it} from 'vitest';
import {capitalHeight, type Glyph, glyphOf} from '../../../trainer/chart/bitmapFont.ts';

const printable = Array.from({length: 95}, (_, i) => String.fromCharCode(32 + i));
const missing = [...'$@^`~'];
const known = [...printable.filter((character) => !missing.includes(character)), '±'];

describe('glyphOf', () => {
  it('draws letters', () => {
    expect(drawing(glyphOf('R'))).toEqual(['####.', '#...#', '#...#', '####.', '#.#..', '#..#.', '#...#']);
    expect(drawing(glyphOf('j'))).toEqual(['.#', '..', '.#', '.#', '.#', '.#', '.#', '.#', '#.']);
    expect(drawing(glyphOf('\\'))[0]).toBe('#....');
  });

  it('has equally long rows, 7 of them or 9, and ink in all but the space', () => {
    for (const character of known) {
      const rows = drawing(glyphOf(character));
      expect([capitalHeight, capitalHeight + 2], character).toContain(rows.length);
      expect(new Set(rows.map((row) => row.length)).size, character).toBe(1);
      expect(rows.join('').includes('#'), character).toBe(character !== ' ');
    }
  });

  it('has a different drawing for each character, the letter O and the digit 0 apart', () => {
    const drawings = known
      .filter((character) => character !== 'O')
      .map((character) => drawing(glyphOf(character)).join());
    expect(new Set(drawings).size).toBe(drawings.length);
  });

  it('shows a box for what it does not have', () => {
    const box = glyphOf('語');
    expect(drawing(box)[0]).toBe('#####');
    for (const character of missing) expect(glyphOf(character)).toBe(box);
  });
});

function drawing(glyph: Glyph): string[] {
  return glyph.map((row) => row.map((cell) => (cell ? '#' : '.')).join(''));
}
