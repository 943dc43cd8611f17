import {describe, expect, it} from 'vitest';
import {outlineConfig} from '../../../../trainer/contract/config/configOutline.ts';
import {equalEdges} from '../../../../trainer/contract/config/rangeEdges.ts';

const text = `name: a
decouple:
  optimizer: {learningRate: 1.0e-4, betas: [0.9, 0.99]}
merge:
experts:
  - model: x
    range: [0, 5]
`;

describe('the outline of a config', () => {
  it('says where a key is written', () => {
    const outline = outlineConfig(text);
    const places = [['name'], ['decouple', 'optimizer', 'betas'], ['merge'], ['experts', 0, 'range']].map((path) => {
      const span = outline.keySpan(path);
      return span && [span.line, span.column, span.endLine, span.endColumn];
    });
    expect(places).toEqual([
      [1, 1, 1, 5],
      [3, 37, 3, 42],
      [4, 1, 4, 6],
      [7, 5, 7, 10],
    ]);
    expect(outline.keySpan(['decouple', 'updates'])).toBeUndefined();
    expect(outline.keySpan(['evaluate', 'grid'])).toBeUndefined();
  });

  it('says what is written at a place', () => {
    const outline = outlineConfig(text);
    expect(outline.at(3, 20)).toMatchObject({path: ['decouple', 'optimizer', 'learningRate'], isKey: true});
    expect(outline.at(3, 51)).toMatchObject({path: ['decouple', 'optimizer', 'betas', 1], isKey: false});
    expect(outline.at(6, 12)).toMatchObject({path: ['experts', 0, 'model'], isKey: false});
    expect(outline.at(1, 30)).toBeUndefined();
    expect(outline.at(99, 1)).toBeUndefined();
  });

  it.each(['', '{', '- [', 'a: *b', '&a [*a]', 'a: 1\na: 2', '\t\tx', 'x'.repeat(2_000_000)])(
    'never fails: %.20s',
    (broken) => {
      const outline = outlineConfig(broken);
      expect(outline.keySpan(['decouple'])).toBeUndefined();
      expect(() => outline.at(1, 1)).not.toThrow();
    },
  );

  it('has what can be read of a text that is half typed', () => {
    expect(outlineConfig('name: a\ndecouple:\n  ranges: 4\n  x: [1,').value).toMatchObject({
      name: 'a',
      decouple: {ranges: 4},
    });
  });
});

describe('equal ranges', () => {
  it('tile the timesteps, also where these cannot be divided evenly', () => {
    expect(equalEdges(4, 1000)).toEqual([0, 250, 500, 750, 1000]);
    expect(equalEdges(3, 1000)).toEqual([0, 333, 666, 1000]);
  });
});
