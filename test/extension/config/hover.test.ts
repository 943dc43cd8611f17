import {expect, it} from 'vitest';
import {helpAt} from '../../../extension/config/hover.ts';

const text = 'name: a\ndecouple:\n  optimizer: {learningRate: 1.0e-4}\n  projection: off\nexperts:\n  - model: x\n';

it('explains a setting with its values and its default', () => {
  expect(helpAt(text, 4, 5)).toEqual({
    markdown:
      '**decouple.projection**: full, stock-compatible or off\n\nChannel-wise projections: on every block (full), ' +
      'only where they fold into a stock model (stock-compatible), or none (off).\n\nDefault: `"full"`.',
    span: {line: 4, column: 3, endLine: 4, endColumn: 13},
  });
});

it('finds settings within braces, their values, sections and entries of lists', () => {
  const titles = [
    [3, 18],
    [3, 34],
    [2, 1],
    [6, 6],
  ].map(([line, column]) => helpAt(text, line!, column!)?.markdown.split(':')[0]);
  expect(titles).toEqual([
    '**decouple.optimizer.learningRate**',
    '**decouple.optimizer.learningRate**',
    '**decouple**',
    '**experts[0].model**',
  ]);
});

it('says of an entry of a list what the list is for', () => {
  const prompts = 'evaluate:\n  sampling:\n    prompts:\n      - a red fox\n';
  expect(helpAt(prompts, 4, 12)).toMatchObject({
    markdown:
      '**evaluate.sampling.prompts[0]**: text\n\nWhat models with a text encoder draw: texts, or a file of them; left out: the first captions of held-out images.',
    span: {line: 4, column: 9, endLine: 4, endColumn: 18},
  });
});

it('says nothing where nothing is, or what nobody knows', () => {
  expect(helpAt(text, 40, 1)).toBeUndefined();
  expect(helpAt('nome: a\n', 1, 2)).toBeUndefined();
  expect(helpAt('{{', 1, 1)).toBeUndefined();
});
