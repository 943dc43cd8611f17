import {describe, it} from 'vitest';
import {createTorchRandom} from '../../../trainer/sample/torchRandom.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';

describe('createTorchRandom', () => {
  it('gives the numbers of torch.randn', () => {
    const large = createTorchRandom(0).randn(2 * 3 * 32 * 32);
    expectAllClose(large.slice(0, 5), [-1.12584, -1.15236, -0.250579, -0.433879, 0.84871], 5e-6);
    const small = createTorchRandom(0).randn(4);
    expectAllClose(small.slice(0, 3), [1.5409961, -0.2934289, -2.1787894], 1e-6);
  });

  // Printed by torch 2.13: numbers kept for the next call, a last block that is drawn anew, and latents of 9 x 13.
  it('goes on as a generator of PyTorch does', () => {
    const random = createTorchRandom(2 ** 32 + 7);
    expectAllClose(random.randn(5), [-0.146795, 0.786141, 0.946822, -1.114344, 1.69079], 1e-6);
    expectAllClose(random.randn(3), [-0.894828, -0.355625, 1.232386], 1e-6);
    const last = [-0.250133, 0.501121, 0.260036, -1.637021, 0.157712, 0.395741, -1.36774, -0.100734];
    expectAllClose(random.randn(21).slice(-8), last, 1e-6);
    expectAllClose(random.randn(4 * 9 * 13).slice(-4), [1.078045, -1.231489, -1.057871, -1.170849], 1e-6);
  });
});
