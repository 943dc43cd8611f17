import {UserError} from '../../contract/errors.ts';
import {loadParams} from '../../models/loadParams.ts';
import type {Params} from '../../nn/params.ts';
import {knownHash} from '../../store/hashes/knownHash.ts';
import type {TensorReader} from '../../store/weights/tensorReader.ts';

/** Where the weights of a network lie. */
export interface NetworkFiles {
  /** `.pth` and its like, or `.safetensors`. */
  readonly weights: string;
  /** JSON with what weights do not show (numbers of heads, the activation); left out: looked for beside the weights. */
  readonly config?: string;
}

/** The parameters of a network, or a UserError that says of which one the file is not. `what` names it. */
export async function loadNetworkParams(
  reader: TensorReader,
  shapes: ReadonlyMap<string, readonly number[]>,
  {what, path, hint}: {readonly what: string; readonly path: string; readonly hint: string},
): Promise<Params> {
  try {
    return await loadParams(reader, shapes, path);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'weights-mismatch') throw error;
    const tensors = error.message.replace(/^[^:]*: /, '');
    throw new UserError('features-weights', `These are not the weights of ${what}: ${tensors}`, {where: path, hint});
  }
}

/** The record of a weights file. */
export async function weightsRecord(path: string): Promise<{source: string; sha256: string}> {
  return {source: path.replace(/^.*[/\\]/, ''), sha256: await knownHash(path)};
}
