import {join} from 'node:path';
import type * as z from 'zod';
import {readJson} from '../files/jsonFile.ts';
import {findWeights, type WeightsNames} from './findWeights.ts';
import {renameTensors} from './renamedTensors.ts';
import type {TensorReader} from './tensorReader.ts';
import {openWeightsFiles} from './weightsFile.ts';
import {hashWeights} from './weightsHash.ts';

/** One component of a pipeline on the disk, as its text encoder and autoencoder are: config in memory, weights on demand. */
export interface ComponentFolder<Config> {
  readonly path: string;
  readonly config: Config;
  readonly weightsFiles: readonly string[];
  /** SHA-256 of the weights. Computed once. */
  weightsHash(): Promise<string>;
  openWeights(): Promise<TensorReader>;
}

export interface ComponentKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** What its config is called in errors, as in "the text encoder's config". */
  readonly what: string;
  /** Left out: diffusers' names. */
  readonly weightsNames?: WeightsNames;
  /** Today's name of a tensor, null for one that is not read. Left out: names stay. */
  rename?(name: string): string | null;
}

/** Reads `config.json` and finds the weights beside it. */
export async function readComponentFolder<Schema extends z.ZodType>(
  path: string,
  {schema, what, weightsNames, rename}: ComponentKind<Schema>,
): Promise<ComponentFolder<z.output<Schema>>> {
  const config = await readJson(join(path, 'config.json'), schema, what);
  const weightsFiles = await findWeights(path, weightsNames);
  const openWeights = () => openRenamed(() => openWeightsFiles(weightsFiles), rename, path);
  let hash: Promise<string> | undefined;
  return {path, config, weightsFiles, weightsHash: () => (hash ??= hashWeights(weightsFiles)), openWeights};
}

/** Opens weights, with the names that `rename` gives to tensors; `where` is named in its errors. */
export async function openRenamed(
  open: () => Promise<TensorReader>,
  rename: ((name: string) => string | null) | undefined,
  where: string,
): Promise<TensorReader> {
  const reader = await open();
  if (rename === undefined) return reader;
  try {
    return renameTensors(reader, rename, where);
  } catch (error) {
    await reader.close();
    throw error;
  }
}
