import {z} from 'zod';

export const tensorflowVariants = ['cpu', 'cuda'] as const;
export type TensorflowVariant = (typeof tensorflowVariants)[number];

/** `engine.json` in the folder of an installed TensorFlow engine: written last, so that its presence says that the rest is complete. */
export const EngineRecord = z.strictObject({
  format: z.literal(1).default(1),
  engine: z.literal('tensorflow'),
  /** Version that the library itself reported when it was loaded for the first time. */
  version: z.string(),
  variant: z.enum(tensorflowVariants),
  /** Version of the npm package whose C++ source the addon was built from. */
  source: z.string(),
  /** SHA-256 of the addon. */
  addon: z.string().regex(/^[0-9a-f]{64}$/),
  /** The folder of TensorFlow's libraries that the user pointed at; left out: fetched by pip. */
  from: z.string().optional(),
});
export type EngineRecord = z.infer<typeof EngineRecord>;

/** What a process that loaded the addon prints about it. */
export const AddonReport = z.strictObject({version: z.string(), gpu: z.boolean()});
export type AddonReport = z.infer<typeof AddonReport>;
