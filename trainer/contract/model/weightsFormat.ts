import * as z from 'zod';

/** Number formats in which weights are written, by their safetensors names. */
export const weightsFormats = ['F32', 'F16', 'BF16'] as const;
export const WeightsFormat = z.enum(weightsFormats);
export type WeightsFormat = z.infer<typeof WeightsFormat>;
