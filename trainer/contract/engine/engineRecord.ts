import * as z from 'zod';
import {sha256} from '../sha256.ts';

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
  addon: sha256,
  /** The folder of TensorFlow's libraries that the user pointed at; left out: fetched by pip. */
  from: z.string().optional(),
});
export type EngineRecord = z.infer<typeof EngineRecord>;

/** One file as it was when it was put in place. */
export const FileRecord = z.strictObject({
  /** Relative to the folder of the record. */
  path: z.string(),
  /** In bytes. */
  size: z.int().min(0),
  sha256,
});
export type FileRecord = z.infer<typeof FileRecord>;

/** `wheel.json` beside a wheel that pip has fetched completely. */
export const WheelRecord = z.strictObject({
  format: z.literal(1).default(1),
  /** What pip was asked for. */
  requirement: z.string(),
  wheel: FileRecord,
});
export type WheelRecord = z.infer<typeof WheelRecord>;

/** `library.json` among the libraries of TensorFlow that the addon is built against. */
export const LibraryRecord = z.strictObject({
  format: z.literal(1).default(1),
  /** Names, in the folder `tensorflow`, of the libraries that the addon is linked to. */
  libraries: z.array(z.string()).min(1),
  /** All files that must be there. */
  files: z.array(FileRecord),
  /** The wheels that they were unpacked from; empty for a folder of the user's. */
  wheels: z.array(FileRecord),
});
export type LibraryRecord = z.infer<typeof LibraryRecord>;

/** What a process that loaded the addon prints about it. */
export const AddonReport = z.strictObject({version: z.string(), gpu: z.boolean()});
export type AddonReport = z.infer<typeof AddonReport>;

/** What a process that asked WebGPU for its best adapter prints about it; null: it has none. */
export const AdapterReport = z
  .strictObject({
    vendor: z.string(),
    architecture: z.string(),
    device: z.string(),
    description: z.string(),
    isFallback: z.boolean(),
  })
  .nullable();
export type AdapterReport = z.infer<typeof AdapterReport>;
