import {describe, expect, it} from 'vitest';
import {gpuWarning, missingGpu} from '../../../../trainer/engine/tensorflow/gpuWarning.ts';

describe('gpuWarning', () => {
  it('is silent when a GPU is used or none was asked for', () => {
    expect(gpuWarning('cuda', true, undefined)).toBeUndefined();
    expect(gpuWarning('cpu', false, undefined)).toBeUndefined();
    expect(gpuWarning('cuda', false, '')).toBeUndefined();
    expect(gpuWarning('cpu', false, '-1')).toBeUndefined();
  });

  it('speaks up when the CUDA build computes on the CPU', () => {
    expect(gpuWarning('cuda', false, undefined)).toContain('ON THE CPU');
    expect(gpuWarning('cuda', false, '0')).toContain('NO USABLE GPU');
  });

  it('speaks up when a GPU is named and the CPU build is installed', () => {
    expect(gpuWarning('cpu', false, '1')).toContain('CUDA_VISIBLE_DEVICES=1');
    expect(gpuWarning('cpu', false, '1')).toContain('deme engine install tensorflow --cuda');
  });
});

describe('missingGpu', () => {
  it.each([
    [
      'the CPU build is installed',
      'cpu',
      undefined,
      /its CPU build is installed/,
      /deme engine install tensorflow --cuda/,
    ],
    ['all GPUs are hidden', 'cuda', '', /CUDA_VISIBLE_DEVICES= hides all GPUs/, /Unset it/],
    ['all GPUs are hidden by a number', 'cuda', '-1', /CUDA_VISIBLE_DEVICES=-1 hides all GPUs/, /Unset it/],
    ['CUDA finds none', 'cuda', undefined, /found no usable GPU\.$/, /nvidia-smi/],
    ['CUDA does not find the named one', 'cuda', '7', /among CUDA_VISIBLE_DEVICES=7/, /nvidia-smi/],
  ] as const)('says why there is no GPU and what to do: %s', (_, variant, visible, message, hint) => {
    const error = missingGpu(variant, visible);
    expect(error).toMatchObject({name: 'UserError', code: 'gpu-missing'});
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.hint).toContain('engine.device');
  });
});
