import {describe, expect, it} from 'vitest';
import {imageOrder, orderModels, orderText} from '../../../webview/samples/sampleOrder.ts';

const distances = {
  network: 'digits',
  toBase: {merged: [2, 5, 2, 0]},
  toReal: {base: [1, 2], merged: [4, 1, 3, 2]},
  real: 2000,
};

describe('the order of samples', () => {
  it('is that of the distances of one model, of equal ones by number', () => {
    const numbers = (order: Parameters<typeof imageOrder>[1], model = 'merged') =>
      imageOrder(distances, order, model)?.numbers;
    expect(numbers('base-most')).toEqual([1, 0, 2, 3]);
    expect(numbers('base-least')).toEqual([3, 0, 2, 1]);
    expect(numbers('real-most')).toEqual([0, 2, 3, 1]);
    expect(numbers('real-least', 'base')).toEqual([0, 1]);
    expect(imageOrder(distances, 'number', 'merged')).toBeNull();
    expect(imageOrder(distances, 'base-most', 'base')).toBeNull();
    expect(imageOrder(null, 'base-most', 'merged')).toBeNull();
    expect(orderModels(distances, 'base-least')).toEqual(['merged']);
  });

  it('is told in words', () => {
    const order = imageOrder(distances, 'real-most', 'merged');
    if (order === null) throw new Error('there is an order');
    expect(orderText(order, distances, {order: 'real-most', model: 'merged', ranges: []})).toBe(
      'In the order of the distance of images of merged to the nearest of 2,000 real ones, between their features by digits: 0 (4), 2 (3), 3 (2), 1 (1)',
    );
  });
});
