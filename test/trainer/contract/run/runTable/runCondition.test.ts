import {describe, expect, it} from 'vitest';
import {columnsOf, meets, parseCondition} from '../../../../../trainer/contract/run/runTable/runCondition.ts';

describe('a condition', () => {
  it.each([
    ['decouple.updates>=200', {column: 'decouple.updates', comparison: '>=', value: '200'}],
    ['state != done', {column: 'state', comparison: '!=', value: 'done'}],
    ['merged.held-out loss<0.03', {column: 'merged.held-out loss', comparison: '<', value: '0.03'}],
    ['note~a=b', {column: 'note', comparison: '~', value: 'a=b'}],
    ['updates == 200', {column: 'updates', comparison: '=', value: '200'}],
    ['tags=', {column: 'tags', comparison: '=', value: ''}],
  ])('is read from %s', (text, condition) => expect(parseCondition(text)).toEqual(condition));

  it.each(['updates', '>=3', '', '= 3'])('is not read from "%s"', (text) => expect(parseCondition(text)).toBeNull());
});

it.each([
  [200, 'x>=200', true],
  [200, 'x>200', false],
  [9, 'x<10', true],
  [-0.5, 'x<0', true],
  [200, 'x=200.0', true],
  [200, 'x=many', false],
  [200, 'x!=many', true],
  [200, 'x=', false],
  ['cosine', 'x=cosine', true],
  ['cosine', 'x<constant', false],
  [true, 'x=true', true],
  ['Good one', 'x~good', true],
  ['bad', 'x~good', false],
  [null, 'x=null', false],
  [null, 'x!=3', true],
  [undefined, 'x!=3', true],
  [undefined, 'x~', false],
])('%j meets %s: %s', (value, text, met) => expect(meets(value, parseCondition(text)!)).toBe(met));

it('means the column of its name before those that end in it', () => {
  const columns = ['decouple.updates', 'updates', 'decouple.snapshots.every', 'merged.KID', 'base.KID'];
  expect(columnsOf(columns, 'updates')).toEqual(['updates']);
  expect(columnsOf(columns, 'every')).toEqual(['decouple.snapshots.every']);
  expect(columnsOf(columns, 'KID')).toEqual(['merged.KID', 'base.KID']);
  expect(columnsOf(columns, 'dates')).toEqual([]);
});
