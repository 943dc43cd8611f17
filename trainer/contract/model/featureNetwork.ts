import {z} from 'zod';
import {sha256} from '../sha256.ts';

/** Networks whose features evaluations can measure samples by. */
export const featureNetworkNames = ['digits', 'inception', 'clip', 'dinov2'] as const;
export type FeatureNetworkName = (typeof featureNetworkNames)[number];

/** What made features, kept beside them: numbers from different networks, weights or preprocessing do not compare. */
export const FeatureNetworkRecord = z.strictObject({
  name: z.string(),
  dimension: z.int().min(1).describe('Length of a feature vector.'),
  preprocessing: z.string().describe('What happens to images before the first layer.'),
  weights: z.strictObject({source: z.string(), sha256}),
});
export type FeatureNetworkRecord = z.infer<typeof FeatureNetworkRecord>;
