import {describe, expect, it} from 'vitest';
import {identityProjection, projectionIndex} from '../../../../trainer/merge/files/identityProjection.ts';

describe('identityProjection', () => {
  it('is the identity matrix of [C, C, 1, 1]', () => {
    expect(identityProjection('adapter_list.0.weight', [3, 3, 1, 1])).toEqual(
      Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    );
  });

  it.each([[[3, 2, 1, 1]], [[3, 3]], [[3, 3, 3, 3]]])('refuses shape %j', (shape) => {
    expect(() => identityProjection('adapter_list.4.weight', shape)).toThrow('adapter_list.4.weight has shape');
  });
});

describe('projectionIndex', () => {
  it('reads the number of the hook', () => {
    expect(projectionIndex('adapter_list.12.weight')).toBe(12);
    expect(projectionIndex('conv_in.weight')).toBeNull();
    expect(projectionIndex('adapter_list.12.bias')).toBeNull();
  });
});
