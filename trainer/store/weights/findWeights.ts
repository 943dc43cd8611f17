import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {z} from 'zod';
import {UserError} from '../../contract/errors.ts';
import {readJson} from '../files/jsonFile.ts';

export const weightsStem = 'diffusion_pytorch_model';

/** Names of weights files without their endings, by format. */
export interface WeightsNames {
  readonly safetensors: string;
  readonly bin: string;
}

/** Components of diffusers. */
const diffusersNames: WeightsNames = {safetensors: weightsStem, bin: weightsStem};

/** Components of transformers, as text encoders are. */
export const transformersNames: WeightsNames = {safetensors: 'model', bin: 'pytorch_model'};

const ShardIndex = z.looseObject({weight_map: z.record(z.string(), z.string())});

/** The weights files of a component folder: one, or the shards that an index names. */
export async function findWeights(folder: string, stems: WeightsNames = diffusersNames): Promise<readonly string[]> {
  const chosen = chooseWeights(await readdir(folder), folder, stems);
  const path = join(folder, chosen);
  return isShardIndex(chosen, stems) ? listShards(folder, path) : [path];
}

/**
 * Which of the files of a component folder to load, in diffusers' order of search: a shard index, else `.safetensors`, else `.bin`.
 * A variant (`.fp16.safetensors`) is taken where it is the only file of its format. `where` names the folder in errors.
 */
export function chooseWeights(names: readonly string[], where: string, stems: WeightsNames = diffusersNames): string {
  const index = names.find((name) => isShardIndex(name, stems));
  const {safetensors, bin} = stems;
  const chosen =
    index ?? chooseSingle(names, safetensors, 'safetensors', where) ?? chooseSingle(names, bin, 'bin', where);
  if (chosen !== undefined) return chosen;
  throw new UserError('weights-missing', `There is neither ${safetensors}.safetensors nor ${bin}.bin.`, {where});
}

export function isShardIndex(name: string, {safetensors}: WeightsNames = diffusersNames): boolean {
  return name === `${safetensors}.safetensors.index.json`;
}

async function listShards(folder: string, index: string): Promise<readonly string[]> {
  const {weight_map} = await readJson(index, ShardIndex, 'the shard index');
  const files = [...new Set(Object.values(weight_map))].sort();
  const outside = files.find(
    (file) => file !== basename(file) || file.includes('\\') || !file.endsWith('.safetensors'),
  );
  if (outside !== undefined) {
    throw new UserError(
      'path-refused',
      `The shard index names '${outside}', which is not a safetensors file of its folder.`,
      {where: index},
    );
  }
  if (files.length === 0) throw new UserError('weights-missing', 'The shard index names no file.', {where: index});
  return files.map((file) => join(folder, file));
}

function chooseSingle(names: readonly string[], stem: string, ending: string, where: string): string | undefined {
  const plain = `${stem}.${ending}`;
  if (names.includes(plain)) return plain;
  const variants = names.filter((name) => name.startsWith(`${stem}.`) && name.endsWith(`.${ending}`));
  if (variants.length <= 1) return variants[0];
  throw new UserError(
    'weights-ambiguous',
    `Several variants of the weights, but no ${plain}: ${variants.join(', ')}.`,
    {
      where,
      hint: `Rename the one to use to ${plain}.`,
    },
  );
}
