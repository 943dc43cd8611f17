import * as z from 'zod';

/** Number formats that convolutions and matrix products compute in. All else, the weights included, stays in f32. */
export const precisions = ['f32', 'bf16', 'f16'] as const;
export const Precision = z.enum(precisions);
export type Precision = z.infer<typeof Precision>;

/** Those that are not exact for float32 weights. */
export type LowPrecision = Exclude<Precision, 'f32'>;
