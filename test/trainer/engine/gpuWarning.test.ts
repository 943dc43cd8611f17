import {describe, expect, it} from 'vitest';
import {gpuWarning} from '../../../trainer/engine/gpuWarning.ts';

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
  });
});
