import {UserError} from '../../contract/errors.ts';

const pattern = /^adapter_list\.(\d+)\.weight$/;

/** Index of the hook of a channel-wise projection, null for any other tensor. Down blocks count first, then mid, then up. */
export function projectionIndex(name: string): number | null {
  const match = pattern.exec(name);
  return match === null ? null : Number(match[1]);
}

/**
 * What a model without the projection of that shape ([C, C, 1, 1], PyTorch order) computes: the identity. Zero would be wrong,
 * since the task vector of a projection is W - I.
 */
export function identityProjection(name: string, shape: readonly number[]): Float32Array {
  const [out, input] = shape;
  const square = shape.length === 4 && out !== undefined && out === input && shape[2] === 1 && shape[3] === 1;
  if (!square) {
    throw new UserError(
      'merge-projection-shape',
      `${name} has shape [${shape.join(', ')}]; a channel-wise projection has [C, C, 1, 1].`,
    );
  }
  const identity = new Float32Array(out * out);
  for (let channel = 0; channel < out; channel++) identity[channel * (out + 1)] = 1;
  return identity;
}
