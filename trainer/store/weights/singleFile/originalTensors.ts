import {UserError} from '../../../contract/errors.ts';
import {isProjection} from '../../../contract/model/projectionName.ts';
import type {UNet2DConditionConfig} from '../../../contract/model/unet2dConditionConfig.ts';
import type {PiecewiseTensor, TensorSource} from '../safetensors.ts';
import type {TensorReader} from '../tensorReader.ts';
import {toOriginal, type Rename} from './moduleNames.ts';
import {clipPrefix, fusedNames, openClipNames} from './openClipNames.ts';
import {streamTensors} from './tensorViews.ts';
import {unetNames, unetPrefix} from './unetNames.ts';
import {isPointwise, vaeNames} from './vaeNames.ts';

/** A component by the names of diffusers or transformers, to be written under the original ones. */
interface Component<Config> {
  readonly config: Config;
  readonly reader: TensorReader;
  /** For errors. */
  readonly path: string;
}

/** The tensors of a network under their original names. Channel-wise projections have none there. */
export function originalNetwork(
  config: UNet2DConditionConfig,
  tensors: readonly TensorSource[],
  where: string,
): TensorSource[] {
  if (tensors.some(({name}) => isProjection(name))) {
    throw new UserError('single-file-projections', 'A single file cannot hold the channel-wise projections of DeMe.', {
      where,
      hint: 'Other programs would leave them out and draw wrong images. Give a folder as output instead.',
    });
  }
  const rename = known(toOriginal(unetNames(config)), where);
  return tensors.map((tensor) => ({...tensor, name: rename(tensor.name)}));
}

/** An autoencoder; the dense layers of its attention become 1x1 convolutions. */
export function originalVae({config, reader, path}: Component<Parameters<typeof vaeNames>[0]>): TensorSource[] {
  const rename = known(toOriginal(vaeNames(config)), path);
  return [...reader.shapes].map(([name, shape]) =>
    joined(reader, rename(name), [name], isPointwise(name) && shape.length === 2 ? [...shape, 1, 1] : shape),
  );
}

/** The text encoder of Stable Diffusion 1, which keeps its names. */
export function originalClip({reader}: Component<unknown>): TensorSource[] {
  return [...reader.shapes].map(([name, shape]) => joined(reader, clipPrefix + name, [name], shape));
}

/** The text encoder of Stable Diffusion 2, with queries, keys and values as one tensor. */
export function originalOpenClip({
  config: {num_hidden_layers: layers},
  reader,
  path,
}: Component<{readonly num_hidden_layers: number}>): TensorSource[] {
  const fused = fusedNames(layers).map(({original, parts}) => {
    const [rows = 0, ...rest] = reader.shapes.get(parts[0] ?? '') ?? [];
    requireOneFormat(reader, parts, path);
    return joined(reader, original, parts, [rows * parts.length, ...rest]);
  });
  const inFused = new Set(fusedNames(layers).flatMap(({parts}) => parts));
  const rename = known(toOriginal(openClipNames(layers)), path);
  const others = [...reader.shapes].filter(([name]) => !inFused.has(name) && !name.endsWith('.position_ids'));
  return [...fused, ...others.map(([name, shape]) => joined(reader, rename(name), [name], shape))];
}

/** Tensors of a checkpoint under the names that they have, without its network and the running average of one that has changed. */
export function keptTensors(reader: TensorReader): {tensors: TensorSource[]; averages: number} {
  const others = [...reader.shapes].filter(([name]) => !name.startsWith(unetPrefix));
  const kept = others.filter(([name]) => !name.startsWith('model_ema.'));
  const tensors = kept.map(([name, shape]) => joined(reader, name, [name], shape));
  return {tensors, averages: others.length - kept.length};
}

function joined(
  reader: TensorReader,
  name: string,
  parts: readonly string[],
  shape: readonly number[],
): PiecewiseTensor {
  const dtype = reader.dtypes.get(parts[0] ?? '') ?? 'F32';
  return {name, shape, dtype, pieces: () => streamTensors(reader, parts)};
}

function requireOneFormat({dtypes, shapes}: TensorReader, parts: readonly string[], where: string): void {
  const formats = new Set(parts.map((part) => `${dtypes.get(part)} ${shapes.get(part)?.join()}`));
  if (formats.size === 1 && parts.every((part) => shapes.has(part))) return;
  throw new UserError('weights-mismatch', `${parts.join(', ')} are not of one shape and number format.`, {where});
}

function known(rename: Rename, where: string): (name: string) => string {
  return (name) => {
    const original = rename(name);
    if (original !== null) return original;
    throw new UserError('model-unsupported', `'${name}' has no name in the original layout of Stable Diffusion.`, {
      where,
      hint: 'Give a folder as output instead of a file.',
    });
  };
}
