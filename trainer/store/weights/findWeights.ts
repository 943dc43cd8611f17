import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import * as z from 'zod';
import {UserError} from '../../contract/errors.ts';
import {readJson} from '../files/jsonFile.ts';
import {tableLimits} from '../files/jsonLimits.ts';

export const weightsStem = 'diffusion_pytorch_model';

/** Names of weights files without their endings, by format. */
export interface WeightsNames {
  readonly safetensors: string;
  readonly bin: string;
}

/** Components of diffusers. */
export const diffusersNames: WeightsNames = {safetensors: weightsStem, bin: weightsStem};

/** Components of transformers, as text encoders are. */
export const transformersNames: WeightsNames = {safetensors: 'model', bin: 'pytorch_model'};

/** A name that a weights file, the index of shards or a shard may have. */
interface WeightsName {
  readonly name: string;
  readonly format: keyof WeightsNames;
  /** As `fp16`; empty for the plain weights. */
  readonly variant: string;
  readonly kind: 'whole' | 'index' | 'shard';
}

/** Looked at as a whole, since a map of a hundred thousand names takes seconds to be copied. */
const WeightMap = z.custom<Readonly<Record<string, string>>>(
  (value) =>
    z.object({}).safeParse(value).success && Object.values(value as object).every((file) => typeof file === 'string'),
  'must map tensors to files',
);
const ShardIndex = z.looseObject({weight_map: WeightMap});

/** The weights files of a component folder: one, or the shards that an index names. */
export async function findWeights(folder: string, stems: WeightsNames = diffusersNames): Promise<readonly string[]> {
  const names = await readdir(folder);
  const {name, kind, format} = chooseWeights(names, folder, {stems});
  const path = join(folder, name);
  if (kind === 'whole') return [path];
  return (await listShards(path, format, new Set(names))).map((shard) => join(folder, shard));
}

interface Choice {
  readonly stems?: WeightsNames;
  /** The only variant that may be taken; left out: the plain weights, else the only variant that there is. */
  readonly variant?: string;
}

/**
 * Which of the files of a component folder to load, in diffusers' order of search: safetensors before bin, and of each an index of shards
 * before a single file. Both names of shards with a variant are known: `model.fp16-00001-of-00002` and, older, `model-00001-of-00002.fp16`.
 * `where` names the folder in errors.
 */
export function chooseWeights(names: readonly string[], where: string, choice: Choice = {}): WeightsName {
  const {stems = diffusersNames, variant} = choice;
  const known = names.flatMap((name) => parseName(name, stems) ?? []);
  const loadable = known.filter(({kind}) => kind !== 'shard');
  const variants = variantsOf(names, stems);
  const wanted = variant ?? (variants.length === 1 ? variants[0] : '');
  const [chosen] = loadable.filter((each) => each.variant === wanted).sort((a, b) => orderOf(a) - orderOf(b));
  if (chosen !== undefined) return chosen;
  if (variants.length > 0) throw ambiguous(variants, stems, where, variant);
  const problem =
    known.length > 0
      ? `There are ${known.length} shards of weights, but not the index that belongs to them`
      : `There is neither ${stems.safetensors}.safetensors nor ${stems.bin}.bin`;
  throw new UserError('weights-missing', `${problem}.`, {where});
}

/** The shards among `names` that may belong to an index. */
export function shardsOf(
  {format, variant}: WeightsName,
  names: readonly string[],
  stems: WeightsNames = diffusersNames,
): string[] {
  const known = names.flatMap((name) => parseName(name, stems) ?? []);
  return known
    .filter((each) => each.kind === 'shard' && each.format === format && each.variant === variant)
    .map(({name}) => name);
}

/** Whether a name is one that weights of a component have, by default of diffusers. */
export function isWeightsName(name: string, stems: WeightsNames = diffusersNames): boolean {
  return parseName(name, stems) !== null;
}

/** Whether a name is that of weights, or of an index of their shards, of this or any other tool. */
export function isWeightsOfAnyTool(name: string): boolean {
  return /\.(?:safetensors|bin|pt|pth|ckpt|msgpack|h5|onnx|onnx_data|pb|xml|tflite|gguf)$|\.index(?:\..+)?\.json$/.test(
    name,
  );
}

/** The variants of the weights among `names`, empty for the plain ones. */
export function variantsOf(names: readonly string[], stems: WeightsNames): string[] {
  const known = names.flatMap((name) => parseName(name, stems) ?? []);
  return [...new Set(known.filter(({kind}) => kind !== 'shard').map(({variant}) => variant))].sort();
}

function parseName(name: string, stems: WeightsNames): WeightsName | null {
  for (const format of ['safetensors', 'bin'] as const) {
    const stem = stems[format];
    if (!name.startsWith(stem)) continue;
    const rest = name.slice(stem.length);
    const index = new RegExp(`^\\.${format}\\.index(?:\\.(.+))?\\.json$`).exec(rest);
    if (index) return {name, format, variant: index[1] ?? '', kind: 'index'};
    const shard = new RegExp(`^(?:\\.(.+))?-\\d+-of-\\d+(?:\\.(.+))?\\.${format}$`).exec(rest);
    if (shard) return {name, format, variant: shard[1] ?? shard[2] ?? '', kind: 'shard'};
    const whole = new RegExp(`^(?:\\.(.+))?\\.${format}$`).exec(rest);
    if (whole) return {name, format, variant: whole[1] ?? '', kind: 'whole'};
  }
  return null;
}

function orderOf({format, kind}: WeightsName): number {
  return (format === 'safetensors' ? 0 : 2) + (kind === 'index' ? 0 : 1);
}

function ambiguous(variants: readonly string[], stems: WeightsNames, where: string, wanted?: string): UserError {
  const plain = `${stems.safetensors}.safetensors`;
  if (wanted !== undefined) {
    const found = variants.map((variant) => variant || 'the plain weights').join(', ');
    return new UserError('weights-missing', `There is no variant ${wanted} of the weights.`, {
      where,
      hint: `There are ${found}.`,
    });
  }
  return new UserError(
    'weights-ambiguous',
    `Several variants of the weights, but no ${plain}: ${variants.join(', ')}.`,
    {
      where,
      hint: `Rename the one to use to ${plain}.`,
    },
  );
}

/** The files that an index names, which must lie beside it. */
async function listShards(index: string, format: string, present: ReadonlySet<string>): Promise<string[]> {
  const {weight_map} = await readJson(index, ShardIndex, 'the shard index', tableLimits);
  const files = [...new Set(Object.values(weight_map))].sort();
  const outside = files.find((file) => file !== basename(file) || file.includes('\\') || !file.endsWith(`.${format}`));
  if (outside !== undefined) {
    throw new UserError(
      'path-refused',
      `The shard index names '${outside}', which is not a ${format} file of its folder.`,
      {where: index},
    );
  }
  if (files.length === 0) throw new UserError('weights-missing', 'The shard index names no file.', {where: index});
  const missing = files.filter((file) => !present.has(file));
  if (missing.length === 0) return files;
  throw new UserError('file-missing', `${missing.length} of ${files.length} shards are missing, first ${missing[0]}.`, {
    where: index,
    hint: 'Download the model again.',
  });
}
