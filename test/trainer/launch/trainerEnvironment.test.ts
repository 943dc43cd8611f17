import {describe, expect, it} from 'vitest';
import {trainerEnvironment} from '../../../trainer/launch/trainerEnvironment.ts';

const engine = {name: 'tensorflow'} as const;

describe('the environment of a trainer process', () => {
  it('lets TensorFlow take the memory of a GPU as it needs it, and compute the same every time', () => {
    expect(trainerEnvironment({engine}, {})).toEqual({
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_DETERMINISTIC_OPS: '1',
      MALLOC_ARENA_MAX: '1',
      MALLOC_MMAP_THRESHOLD_: '33554432',
      MALLOC_TRIM_THRESHOLD_: '536870912',
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    });
  });

  it('keeps what the user has set', () => {
    const own = {TF_FORCE_GPU_ALLOW_GROWTH: 'false', CUDA_VISIBLE_DEVICES: '3', HOME: '/home'};
    expect(trainerEnvironment({engine}, own)).toMatchObject(own);
  });

  it('has the threads and the one GPU of the process', () => {
    const environment = trainerEnvironment(
      {engine: {...engine, threads: 2}, gpu: 'GPU-b'},
      {CUDA_VISIBLE_DEVICES: '0,1'},
    );
    expect(environment).toMatchObject({
      CUDA_VISIBLE_DEVICES: 'GPU-b',
      TF_NUM_INTRAOP_THREADS: '2',
      TF_NUM_INTEROP_THREADS: '2',
    });
  });

  it.each([
    [1, 'train', '1', '1'],
    [2, 'train', '1', '2'],
    [3, 'train', '2', '2'],
    [16, 'train', '8', '2'],
    [1, 'predict', '1', '1'],
    [16, 'predict', '16', '2'],
  ] as const)(
    'shares %i threads to %s: %s within an operation, %s operations at once',
    (threads, work, within, atOnce) => {
      expect(trainerEnvironment({engine: {...engine, threads}, work}, {})).toMatchObject({
        TF_NUM_INTRAOP_THREADS: within,
        TF_NUM_INTEROP_THREADS: atOnce,
      });
    },
  );

  it('hides all GPUs where the CPU is asked for', () => {
    const environment = trainerEnvironment({engine: {...engine, device: 'cpu'}, gpu: 'GPU-b'}, {});
    expect(environment.CUDA_VISIBLE_DEVICES).toBe('-1');
  });

  it('puts the libraries before those of the user', () => {
    const {LD_LIBRARY_PATH} = trainerEnvironment({engine, libraryFolders: ['/a', '/b']}, {LD_LIBRARY_PATH: '/mine'});
    expect(LD_LIBRARY_PATH).toBe('/a:/b:/mine');
  });
});
