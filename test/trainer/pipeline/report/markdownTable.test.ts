import {marked} from 'marked';
import {expect, it} from 'vitest';
import {table} from '../../../../trainer/pipeline/report/markdownTable.ts';

it('a table has a cell for each text, whatever characters that has', () => {
  const text = table(
    ['value', 'error'],
    [
      ['a|b', 'line one\n  line | two'],
      ['c\\|d', ''],
    ],
  );
  const [found] = marked.lexer(text);
  if (found?.type !== 'table') return expect.fail('this is no table');
  const rows = (found.rows as {text: string}[][]).map((row) => row.map((cell) => cell.text));
  expect(rows).toEqual([
    ['a|b', 'line one line | two'],
    ['c|d', ''],
  ]);
});
