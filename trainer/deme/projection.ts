import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import type {ModelRecord} from '../contract/run/records.ts';
import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import {param, type Params} from '../nn/params.ts';
import {projectionName, projectionShapes as allProjections} from '../nn/projection.ts';

/** Which blocks bear projections: all, the up blocks only (they fold into a stock model), or none. */
export type ProjectionMode = ModelRecord['projection'];

/** Names and shapes [1,1,C,C] of the projections, in forward order: after each down block, the middle and each up block. */
export function projectionShapes(config: UNet2DConfig, mode: ProjectionMode): ReadonlyMap<string, readonly number[]> {
  const all = allProjections(config.block_out_channels);
  const first = {full: 0, 'stock-compatible': firstUp(config), off: all.length}[mode];
  return new Map(all.slice(first));
}

/**
 * The parameters with an identity for each projection of the mode that they lack (DeMe, section 3.2: W starts as the
 * identity), which leaves the predictions as they are. The tensors of `params` are shared, not copied; the caller owns the
 * new ones too.
 */
export function addIdentityProjections(params: Params, config: UNet2DConfig, mode: ProjectionMode): Params {
  const shapes = projectionShapes(config, mode);
  const missing = [...shapes].filter(([name]) => !params.has(name));
  return new Map([
    ...params,
    ...missing.map(([name, shape]): [string, Tensor] => [name, identity(shape[3] ?? 0, shape)]),
  ]);
}

/**
 * The same network without projections, for stock loaders: those of the up blocks go into the convolutions that feed them,
 * exactly; those of the down blocks (whose output also goes to a skip) and of the middle (whose output is a residual sum)
 * cannot, so they must be the identity. The caller owns the result.
 */
export async function foldProjections(params: Params, config: UNet2DConfig): Promise<Params> {
  for (let index = 0; index < firstUp(config); index++)
    await requireIdentity(params, index, 'no convolution of its own');
  const folded = new Map([...params].map(([name, tensor]) => [name, tf.clone(tensor)]));
  for (const [level, type] of config.up_block_types.entries()) {
    const index = firstUp(config) + level;
    const last = level === config.up_block_types.length - 1;
    if (last && type !== 'UpBlock2D') await requireIdentity(params, index, 'only the residual sum of an attention');
    else await foldInto(folded, feedingLayers(config, level), index);
  }
  for (const name of projectionShapes(config, 'full').keys()) {
    folded.get(name)?.dispose();
    folded.delete(name);
  }
  return folded;
}

/** Index of the projection after the first up block. */
function firstUp(config: UNet2DConfig): number {
  return config.block_out_channels.length + 1;
}

/** The layers whose sum is the output of up block `level`: every resnet there has a shortcut convolution, for its skip. */
function feedingLayers(config: UNet2DConfig, level: number): string[] {
  const block = `up_blocks.${level}`;
  if (level < config.up_block_types.length - 1) return [`${block}.upsamplers.0.conv`];
  return ['conv2', 'conv_shortcut'].map((layer) => `${block}.resnets.${config.layers_per_block}.${layer}`);
}

/** (K x + b) W = (K W) x + b W: the output axis of the kernel, the last in memory, and the bias are multiplied by W. */
async function foldInto(params: Map<string, Tensor>, layers: readonly string[], index: number): Promise<void> {
  const projection = params.get(projectionName(index));
  if (projection === undefined) return;
  const matrix = (await projection.data()) as Float32Array;
  for (const name of layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`])) {
    const old = param(params, name);
    const values = timesMatrix((await old.data()) as Float32Array, matrix, projection.shape[3] ?? 0);
    params.set(name, tf.tensor(values, old.shape, 'float32'));
    old.dispose();
  }
}

/** Rows of `size` values times a matrix [size, size], summed in double: the same bytes on every engine, as a merge recipe promises. */
function timesMatrix(rows: Float32Array, matrix: Float32Array, size: number): Float32Array {
  const result = new Float32Array(rows.length);
  const sums = new Float64Array(size);
  for (let first = 0; first < rows.length; first += size) {
    sums.fill(0);
    for (let i = 0; i < size; i++) {
      const value = rows[first + i]!;
      for (let j = 0; j < size; j++) sums[j] = sums[j]! + value * matrix[i * size + j]!;
    }
    result.set(sums, first);
  }
  return result;
}

/** `source` is what the projection would have to be folded into. */
async function requireIdentity(params: Params, index: number, source: string): Promise<void> {
  const projection = params.get(projectionName(index));
  if (projection === undefined) return;
  const values = await projection.data();
  const channels = projection.shape[3] ?? 0;
  if (values.every((value, i) => value === (i % (channels + 1) === 0 ? 1 : 0))) return;
  throw new UserError(
    'projection-not-foldable',
    `Projection ${projectionName(index)} cannot be folded: it is not the identity, and before it there is ${source}.`,
    {hint: "Train with projection 'stock-compatible', or keep the projections in the merged model."},
  );
}

function identity(channels: number, shape: readonly number[]): Tensor {
  return tf.tidy(() => tf.reshape(tf.eye(channels), [...shape]));
}
