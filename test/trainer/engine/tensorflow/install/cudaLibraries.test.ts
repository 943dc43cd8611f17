import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {cudaFolders, findCudaLibraries} from '../../../../../trainer/engine/tensorflow/install/cudaLibraries.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';

async function library(files: readonly string[]): Promise<string> {
  const root = await temporaryFolder();
  for (const file of files) {
    await mkdir(join(root, file, '..'), {recursive: true});
    await writeFile(join(root, file), '');
  }
  return root;
}

describe('the libraries of NVIDIA', () => {
  it('are those that TensorFlow opens by name, and those that they open', async () => {
    const root = await library([
      'nvidia/cudnn/lib/libcudnn.so.9',
      'nvidia/cudnn/lib/libcudnn_graph.so.9',
      'nvidia/cuda_nvrtc/lib/libnvrtc.so.12',
      'nvidia/cuda_nvrtc/lib/libnvrtc.alt.so.12',
      'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9',
      'nvidia/cublas/lib/libcublas.so.12',
      'nvidia/cublas/lib/libcublasLt.so.12',
      'nvidia/cublas/lib/libnvblas.so.12',
      'nvidia/cuda_nvcc/bin/ptxas',
    ]);
    expect((await findCudaLibraries(root)).sort()).toEqual([
      'nvidia/cublas/lib/libcublas.so.12',
      'nvidia/cublas/lib/libcublasLt.so.12',
      'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9',
      'nvidia/cuda_nvrtc/lib/libnvrtc.so.12',
      'nvidia/cudnn/lib/libcudnn.so.9',
    ]);
    expect((await cudaFolders(root)).sort()).toEqual(
      ['cublas', 'cuda_nvrtc', 'cudnn'].map((name) => join(root, 'nvidia', name, 'lib')),
    );
  });

  it('are none beside a CPU build', async () => {
    expect(await cudaFolders(await library(['tensorflow/libtensorflow_cc.so.2']))).toEqual([]);
  });
});
