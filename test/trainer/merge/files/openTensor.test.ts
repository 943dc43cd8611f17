import {describe, expect, it} from 'vitest';
import {identityProjection} from '../../../../trainer/merge/files/openTensor.ts';

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
