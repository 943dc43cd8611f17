import {estimate} from '../contract/scores/estimate.ts';
import type {FeatureSet} from './featureRows.ts';

/** The score of images and their captions by three formulas in use, whose numbers do not compare. */
export interface ClipScore {
  /** Mean cosine: BK-SDM, and DeMe's tables as a hundredth of what they print. */
  readonly meanCosine: number;
  /** Of the mean cosine, over images; 0 of a single one, which does not tell it. */
  readonly standardError: number;
  /** 100 max(mean cosine, 0): torchmetrics. */
  readonly torchmetrics: number;
  /** Mean of 2.5 max(cosine, 0): Hessel et al. 2021, whose captions also begin with "A photo depicts". */
  readonly clipScorePaper: number;
}

/** From the cosine of each image and its caption. */
export function clipScore(cosines: readonly number[]): ClipScore {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    meanCosine: mean(cosines),
    standardError: cosines.length < 2 ? 0 : estimate(cosines).standardError,
    torchmetrics: Math.max(0, 100 * mean(cosines)),
    clipScorePaper: mean(cosines.map((value) => 2.5 * Math.max(0, value))),
  };
}

/** Of embeddings of images and of their captions, row by row; they need not be normalised. */
export function rowCosines(images: FeatureSet, texts: FeatureSet): number[] {
  const size = images.dimension;
  return Array.from({length: images.count}, (_, row) => {
    const rowOf = ({values}: FeatureSet) => values.subarray(row * size, (row + 1) * size);
    return cosine(rowOf(images), rowOf(texts));
  });
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squareA += a[i]! ** 2;
    squareB += b[i]! ** 2;
  }
  return dot / Math.sqrt(squareA * squareB);
}
