import {describe, it} from 'vitest';
import {expectAllClose} from './allClose.ts';
import {createTorchRandom} from './torchRandom.ts';

describe('createTorchRandom', () => {
  it('gives the numbers of torch.randn', () => {
    const large = createTorchRandom(0).randn(2 * 3 * 32 * 32);
    expectAllClose(large.slice(0, 5), [-1.12584, -1.15236, -0.250579, -0.433879, 0.84871], 5e-6);
    const small = createTorchRandom(0).randn(4);
    expectAllClose(small.slice(0, 3), [1.5409961, -0.2934289, -2.1787894], 1e-6);
  });
});
