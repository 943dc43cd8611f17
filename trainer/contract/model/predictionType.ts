import * as z from 'zod';

/** What a network predicts of noisy latents, by diffusers' names. */
export const PredictionType = z.enum(['epsilon', 'v_prediction']);
export type PredictionType = z.infer<typeof PredictionType>;

/** Names of the same in files and options of other programs. */
const otherNames: Readonly<Record<string, PredictionType>> = {
  eps: 'epsilon',
  epsilon: 'epsilon',
  v: 'v_prediction',
  'v-prediction': 'v_prediction',
  v_prediction: 'v_prediction',
};

/** The prediction type that a name stands for; undefined for any other text. */
export function predictionTypeNamed(name: string): PredictionType | undefined {
  return Object.hasOwn(otherNames, name) ? otherNames[name] : undefined;
}
