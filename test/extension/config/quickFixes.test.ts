import {describe, expect, it} from 'vitest';
import {configProblems, quickFixes} from '../../../extension/config/quickFixes.ts';

const head = 'name: a\nbase: model\ndata: {kind: mnist}\n';

/** The text after each fix of its mistakes. */
function mended(text: string): [string, string][] {
  return configProblems(text).flatMap(({problem}) =>
    quickFixes(text, problem).map(({title, span, text: replacement}): [string, string] => {
      const lines = text.split('\n');
      const offset = (line: number, column: number) =>
        lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
      const after = text.slice(offset(span.endLine, span.endColumn));
      return [title, text.slice(0, offset(span.line, span.column)) + replacement + after];
    }),
  );
}

describe('quick fixes', () => {
  it('put the name that was meant', () => {
    const text = `${head}decouple:\n  probabilty: 0.3\n  ranges: 2\n`;
    const [nearest, removal] = mended(text);
    expect(nearest).toEqual(['Change to probability', text.replace('probabilty', 'probability')]);
    expect(removal).toEqual(['Remove probabilty', text.replace('  probabilty: 0.3\n', '')]);
    expect(configProblems(nearest![1])).toEqual([]);
    expect(configProblems(removal![1])).toEqual([]);
  });

  it('put the value that was meant', () => {
    const text = `${head}decouple: {projection: ful}\n`;
    expect(mended(text)).toEqual([['Change to full', text.replace('ful}', 'full}')]]);
  });

  it('keep the quotes of JSON', () => {
    const text = '{"name": "a", "bsae": "b"}';
    expect(mended(text).find(([title]) => title === 'Change to base')?.[1]).toBe('{"name": "a", "base": "b"}');
  });

  it('remove a section with all that is in it, and nothing else', () => {
    const text = `${head}speed:\n  very:\n    - fast\n\nmerge: {weights: [1, 2]}\nexperts: [{model: a}, {model: b}]\n`;
    const removal = mended(text).find(([title]) => title === 'Remove speed');
    expect(removal?.[1]).toBe(text.replace('speed:\n  very:\n    - fast\n', ''));
  });

  it('remove nothing that shares its line', () => {
    expect(mended(`${head}decouple: {zzz: 1, ranges: 2}\n`)).toEqual([]);
  });
});
