import {describe, expect, it} from 'vitest';
import {isProjection, projectionIndex, projectionName} from '../../../../trainer/contract/model/projectionName.ts';

describe('projection names', () => {
  it('are read back', () => {
    for (const index of [0, 9, 12]) expect(projectionIndex(projectionName(index))).toBe(index);
  });

  it.each([
    'conv_in.weight',
    'adapter_list.12.bias',
    'adapter_list.weight',
    'adapter_list.01.weight',
    'x.adapter_list.1.weight',
  ])('are not mistaken for %s', (name) => {
    expect(projectionIndex(name)).toBeNull();
    expect(isProjection(name)).toBe(false);
  });
});
