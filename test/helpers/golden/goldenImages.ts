import {join} from 'node:path';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {fromNchw} from '../models/referenceLoop.ts';

/** A folder of test/fixtures/golden. */
export function goldenFolder(model: string): string {
  return join(packageRoot(), 'test', 'fixtures', 'golden', model);
}

/** Images of a golden model's arrays as [N,H,W,C], e.g. `forward.input`. */
export async function goldenImages(model: string, name: string): Promise<Tensor4D> {
  const reader = await openSafetensors(`${goldenFolder(model)}/arrays.safetensors`);
  try {
    return fromNchw(await reader.read(name), reader.shapes.get(name) ?? []);
  } finally {
    await reader.close();
  }
}
