import {expect, it} from 'vitest';
import {csvCell} from '../../../trainer/contract/csvCell.ts';

it.each([
  ['digits-1', 'digits-1'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['+1+cmd', `"'+1+cmd"`],
  ['-2+3', `"'-2+3"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['\t=1', `"'\t=1"`],
  ['\r=1', `"'\r=1"`],
])('a cell of CSV is never a formula: %j', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});
