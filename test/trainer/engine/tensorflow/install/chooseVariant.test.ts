import {describe, expect, it} from 'vitest';
import {chooseVariant} from '../../../../../trainer/engine/tensorflow/install/chooseVariant.ts';

const none = () => Promise.resolve([]);
const two = () => Promise.resolve(['a', 'b'].map((id) => ({name: 'NVIDIA H200', id})));
const never = () => Promise.reject(new Error('looked for GPUs'));

describe('chooseVariant', () => {
  it('takes CUDA where there is a GPU, and names it', async () => {
    const reason = 'because this machine has an NVIDIA GPU (NVIDIA H200)';
    expect(await chooseVariant('auto', null, two)).toEqual({variant: 'cuda', reason});
  });

  it('takes the CPU build elsewhere, and says where it looked', async () => {
    const {variant, reason} = await chooseVariant('auto', null, none);
    expect(variant).toBe('cpu');
    expect(reason).toMatch(/no NVIDIA GPU was found.*nvidia-smi/);
  });

  it.each(['cpu', 'cuda'] as const)('takes %s when it is asked for, whatever there is', async (variant) => {
    expect(await chooseVariant(variant, null, never)).toEqual({variant, reason: 'as asked for'});
  });

  it('takes what a given TensorFlow is', async () => {
    expect((await chooseVariant('auto', true, never)).variant).toBe('cuda');
    expect((await chooseVariant('auto', false, never)).variant).toBe('cpu');
    expect((await chooseVariant('cpu', true, never)).variant).toBe('cpu');
    await expect(chooseVariant('cuda', false, never)).rejects.toMatchObject({code: 'tensorflow-not-cuda'});
  });
});
