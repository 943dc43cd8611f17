import type {TensorGroup} from '../contract/config/merge/mergeRule.ts';
import {isProjection} from '../contract/model/projectionName.ts';

/** Where in its network a tensor belongs. */
export interface TensorPart {
  /** The part that a merge may give weights of its own; null for a tensor of no known part. */
  readonly group: TensorGroup | null;
  /** A number that rises in forward order and is equal within a block. */
  readonly block: number;
}

/** Far above the number of blocks on either side of the middle. */
const middle = 1e4;

/** The parts of a diffusers UNet, by its parameter names. Projections go with the first block, as the time embedding does. */
export function unetPart(tensorName: string): TensorPart {
  if (isProjection(tensorName)) return {group: 'projections', block: 0};
  if (tensorName.startsWith('conv_in.')) return {group: 'in', block: 0};
  if (tensorName.startsWith('time_')) return {group: 'time', block: 0};
  const index = Number(/^(?:down|up)_blocks\.(\d+)\./.exec(tensorName)?.[1] ?? 0);
  if (tensorName.startsWith('down_blocks.')) return {group: 'down', block: 1 + index};
  if (tensorName.startsWith('mid_block.')) return {group: 'mid', block: middle};
  if (tensorName.startsWith('up_blocks.')) return {group: 'up', block: middle + 1 + index};
  if (/^conv_(norm_)?out\./.test(tensorName)) return {group: 'out', block: 2 * middle * middle};
  return {group: null, block: 0};
}
