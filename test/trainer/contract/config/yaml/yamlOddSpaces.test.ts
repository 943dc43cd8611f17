import {describe, expect, it} from 'vitest';
import {checkConfig, problemText} from '../../../../../trainer/contract/config/parseConfig.ts';

const head = 'name: a\nbase: model\ndata: {kind: mnist}\n';

function problems(text: string): string[] {
  return checkConfig(`${head}${text}`).map((problem) => `${problem.line}:${problem.column} ${problemText(problem)}`);
}

const space = (code: string): string => `this looks like a space but is the character ${code}; type a plain space`;

describe('characters that look like what YAML needs', () => {
  it.each<[string, string, string[]]>([
    ['a no-break space as indentation', 'decouple:\n\u00a0 ranges: 2\n  updates: 3\n', [`5:1 ${space('U+00A0')}`]],
    [
      'in several lines',
      'decouple:\n  ranges: 2\n\u00a0\u00a0updates: 3\n\u00a0\u00a0batch: 3\n',
      [`6:1 ${space('U+00A0')}`, `7:1 ${space('U+00A0')}`],
    ],
    ['behind a colon', 'decouple:\n  ranges:\u20032\n  updates: 3\n', [`5:10 ${space('U+2003')}`]],
    ['behind a value', 'decouple: {ranges: 2\u3000, updates: 3}\n', [`4:21 ${space('U+3000')}`]],
    ['before a colon', 'decouple\u00a0: {ranges: 2}\n', [`4:9 ${space('U+00A0')}`]],
    ['behind a dash', 'experts:\n  - \u00a0model: c\n', [`5:5 ${space('U+00A0')}`]],
    ['nothing at all', '\u200bdecouple: {}\n', ['4:1 an invisible character (U+200B) stands here; delete it']],
    [
      'a mark inside the text',
      'decouple: {ranges: \ufeff2}\n',
      ['4:20 an invisible character (U+FEFF) stands here; delete it'],
    ],
    [
      'a wide colon',
      'decouple:\n  ranges\uff1a2\n  updates: 3\n',
      ['5:9 this colon is the character U+FF1A; type a plain colon and a space'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('may stand in quotes, comments, blocks of text and between words', () => {
    expect(problems('# pas\u00a0: 3\noutput: "\u00a0out\u00a0"\nengine: {name: wasm} # \u200b\n')).toEqual([]);
    expect(problems('output: >\n  \u00a0out\n')).toEqual([]);
    expect(problems('output: my\u00a0runs\n')).toEqual([]);
  });
});
