import type {ImageSource} from './dataset.ts';

export interface MemoryImages {
  /** [size, H, W, C] in one piece. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly shape: readonly [number, number, number];
  readonly fingerprint: string;
}

/** Images that lie in memory as bytes already. They have their final size, so that nothing is cropped. */
export function memorySource({pixels, labels, shape, fingerprint}: MemoryImages): ImageSource {
  const [height, width, channels] = shape;
  const stride = height * width * channels;
  return {
    size: labels.length,
    shape,
    fingerprint,
    // A copy, also where `pixels` is a Buffer, whose own slice() shares its memory.
    read: (index) => Promise.resolve(new Uint8Array(pixels.subarray(index * stride, (index + 1) * stride))),
    label: (index) => labels[index] ?? -1,
  };
}
