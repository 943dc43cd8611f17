import {describe, expect, it} from 'vitest';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {countParams, disposeParams, param} from '../../../trainer/nn/params.ts';
import {anchorConfig} from '../../helpers/models/anchorModel.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';

describe('initialiseParams', () => {
  useCpuBackend();

  it('draws as PyTorch does', async () => {
    const params = initialiseParams(anchorConfig, 1);
    expect(countParams(params)).toBe(702_499);
    const conv = await param(params, 'down_blocks.1.resnets.0.conv2.weight').data<'float32'>();
    const bound = 1 / Math.sqrt(64 * 9);
    const [low, high] = [conv.reduce((a, b) => Math.min(a, b)), conv.reduce((a, b) => Math.max(a, b))];
    expect(high).toBeLessThanOrEqual(bound);
    expect(low).toBeGreaterThanOrEqual(-bound);
    expect(high).toBeGreaterThan(0.999 * bound);
    // 36 864 uniform draws: variance bound^2 / 3 and mean 0, both within five standard errors.
    const mean = conv.reduce((a, b) => a + b, 0) / conv.length;
    const variance = conv.reduce((a, b) => a + b * b, 0) / conv.length;
    expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * conv.length));
    expect(Math.abs((3 * variance) / bound ** 2 - 1)).toBeLessThan((5 * Math.sqrt(0.8)) / Math.sqrt(conv.length));
    const bias = await param(params, 'time_embedding.linear_2.bias').data();
    expect(bias.every((value) => value !== 0 && Math.abs(value) <= 1 / Math.sqrt(128))).toBe(true);
    disposeParams(params);
  });

  it('starts norms as the identity', async () => {
    const params = initialiseParams(anchorConfig, 1);
    for (const [suffix, value] of [
      ['weight', 1],
      ['bias', 0],
    ] as const) {
      expect(new Set(await param(params, `mid_block.attentions.0.group_norm.${suffix}`).data())).toEqual(
        new Set([value]),
      );
    }
    disposeParams(params);
  });

  it('is a function of the seed, tensor by tensor', async () => {
    const read = async (seed: number, channels: number[]) => {
      const params = initialiseParams({...anchorConfig, block_out_channels: channels}, seed);
      const values = await param(params, 'conv_in.weight').data();
      disposeParams(params);
      return values;
    };
    expect(await read(1, [32, 64])).toEqual(await read(1, [32, 32]));
    expect(await read(1, [32, 64])).not.toEqual(await read(2, [32, 64]));
  });
});
