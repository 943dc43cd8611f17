import type {ImageSource} from '../../../trainer/data/dataset.ts';

/** `size` images of [1, 2, 1] pixels: image i is [i, 255 - i], so that a batch tells which images it holds and whether they are mirrored. */
export function numberedSource(size: number, corrupt: readonly number[] = []): ImageSource {
  return {
    size,
    shape: [1, 2, 1],
    fingerprint: `numbered ${size}`,
    read: (index) => Promise.resolve(corrupt.includes(index) ? null : Uint8Array.of(index, 255 - index)),
    label: (index) => index % 10,
  };
}
