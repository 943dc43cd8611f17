import {fileURLToPath} from 'node:url';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {fromNchw} from '../../helpers/models/referenceLoop.ts';

/** What diffusers computed for one of its tiny models. */
export interface GoldenArrays {
  /** Numbers as they lie in the file. */
  numbers(name: string): Promise<number[]>;
  /** Images as [N,H,W,C]. */
  images(name: string): Promise<Tensor4D>;
  close(): Promise<void>;
}

/** Folder of a model that diffusers wrote. */
export function goldenFolder(model: string): string {
  return fileURLToPath(new URL(`../../fixtures/golden/${model}`, import.meta.url));
}

export async function openGoldenArrays(model: string): Promise<GoldenArrays> {
  const reader = await openSafetensors(`${goldenFolder(model)}/arrays.safetensors`);
  return {
    numbers: async (name) => [...(await reader.read(name))],
    images: async (name) => fromNchw(await reader.read(name), reader.shapes.get(name) as number[]),
    close: () => reader.close(),
  };
}
