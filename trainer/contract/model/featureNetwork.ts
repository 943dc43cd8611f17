import * as z from 'zod';
import {sha256} from '../sha256.ts';

/** Networks whose features evaluations can measure samples by. */
export const featureNetworkNames = ['digits', 'inception', 'clip', 'dinov2'] as const;
export type FeatureNetworkName = (typeof featureNetworkNames)[number];

/** Whose rule resizes pictures for Inception. They give different scores. */
export const inceptionResizes = ['pytorch-fid', 'torch-fidelity', 'clean-fid'] as const;
export type InceptionResize = (typeof inceptionResizes)[number];

/** Lengths of Inception's features, by the places where they may be taken. */
export const inceptionDimensions = [64, 192, 768, 2048] as const;
export type InceptionDimension = (typeof inceptionDimensions)[number];

/** What made features, kept beside them: numbers from different networks, weights or preprocessing do not compare. */
export const FeatureNetworkRecord = z.strictObject({
  name: z.string(),
  dimension: z.int().min(1).describe('Length of a feature vector.'),
  preprocessing: z.string().describe('What happens to images before the first layer.'),
  weights: z.strictObject({source: z.string(), sha256}),
});
export type FeatureNetworkRecord = z.infer<typeof FeatureNetworkRecord>;
