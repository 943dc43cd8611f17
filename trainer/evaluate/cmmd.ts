import type {FeatureRows} from './featureRows.ts';
import {gramBlocks, squaredLengths} from './gram.ts';

/** Of the Gaussian kernel, and the factor that makes the distance readable. */
const [bandwidth, scale] = [10, 1000];

/**
 * CLIP maximum mean discrepancy (Jayasumana et al. 2024): 1000 times the squared discrepancy (biased, as there) of embeddings under the kernel
 * exp(-|x - y|^2 / (2 10^2)). The embeddings are normalised here. Who compares many sets with one computes the `similarity` of that to itself once.
 */
export async function cmmd(a: FeatureRows, b: FeatureRows, similarityOfB?: number): Promise<number> {
  const [within, between] = [await similarity(a, a), await similarity(a, b)];
  const other = similarityOfB ?? (await similarity(b, b));
  return scale * (within + other - 2 * between);
}

/** Mean kernel value over all pairs. */
export async function similarity(first: FeatureRows, second: FeatureRows): Promise<number> {
  let sum = 0;
  for await (const {a, b, products} of gramBlocks(first, second)) {
    const [lengthsA, lengthsB] = [a, b].map((rows) => squaredLengths(rows).map(Math.sqrt)) as [
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < a.count; i++) {
      for (let j = 0; j < b.count; j++) {
        // |x - y|^2 of unit vectors.
        const squared = 2 - (2 * products[i * b.count + j]!) / (lengthsA[i]! * lengthsB[j]!);
        sum += Math.exp(-squared / (2 * bandwidth ** 2));
      }
    }
  }
  return sum / (first.count * second.count);
}
