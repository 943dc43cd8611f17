import {setImmediate} from 'node:timers/promises';
import type {MergeSetting} from '../contract/config/merge/mergeSetting.ts';
import {plainLinear} from '../contract/config/merge/mergeMethod.ts';
import {UserError} from '../contract/errors.ts';
import {isProjection} from '../contract/model/projectionName.ts';
import {defaultChunk, type MergeBuffers} from '../merge/chunks/mergeBuffers.ts';
import {checkMergeWeights} from '../merge/files/checkWeights.ts';
import type {MergeTensor} from '../merge/files/checkTensors.ts';
import type {WeightsFormat} from '../contract/model/weightsFormat.ts';
import {openMergeInput, type MergeInput} from '../merge/files/mergeInput.ts';
import {mergeBuffers, methodOf} from '../merge/methods/methodOf.ts';
import {tensorPieces} from '../merge/files/tensorPieces.ts';
import {tensorWeights} from '../merge/tensorWeights.ts';
import {partOf} from '../models/architectures.ts';
import {loadParams} from '../models/loadParams.ts';
import type {Params} from '../nn/params.ts';
import {bytesPerElement, widen} from '../store/weights/dtype.ts';
import {elementCount} from '../store/weights/tensorReader.ts';
import type {PreviewModels} from './previewModels.ts';

/** Whether the result is still wanted; asked between tensors, and what it throws ends the merge. */
export type StillWanted = () => void;

/**
 * Merges the models of a preview in memory. By the same kernels, in the same order and number format as a merge over files, so that a saved
 * merge has the parameters that were drawn, to the bit, by whatever method.
 */
export class PreviewMerger {
  readonly #models: PreviewModels;
  readonly #buffers: MergeBuffers;
  readonly #mark: number;

  constructor(models: PreviewModels) {
    this.#models = models;
    this.#buffers = mergeBuffers(models.experts.length, defaultChunk);
    this.#mark = this.#buffers.kernel.mark();
  }

  /** The parameters of a merge, on the current backend; the caller owns them. Throws a UserError for a setting that does not fit. */
  merge(setting: MergeSetting, stillWanted: StillWanted): Promise<Params> {
    const {base, dtype} = this.#models;
    return this.#merge(base, setting, dtype, stillWanted);
  }

  /** The base itself. */
  base(stillWanted: StillWanted): Promise<Params> {
    return this.#copy(this.#models.base, stillWanted);
  }

  /** The parameters of another model with these tensors; projections that it lacks are the identity. */
  async load(path: string, stillWanted: StillWanted): Promise<Params> {
    const input = await openMergeInput(path);
    try {
      this.#checkShapes(input);
      return await this.#copy(input, stillWanted);
    } finally {
      await input.reader.close();
    }
  }

  /** A merge without any weight is the base to the bit. */
  #copy(model: MergeInput, stillWanted: StillWanted): Promise<Params> {
    return this.#merge(model, {weights: this.#models.experts.map(() => 0)}, 'F32', stillWanted);
  }

  async #merge(
    base: MergeInput,
    setting: MergeSetting,
    dtype: WeightsFormat,
    stillWanted: StillWanted,
  ): Promise<Params> {
    const {tensors, model} = this.#models;
    const floats = tensors.filter(({integer}) => !integer);
    const valuesOf = this.#values(base, setting, dtype, floats);
    const read = async (name: string, into?: Float32Array) => {
      await setImmediate();
      stillWanted();
      return valuesOf(name, into);
    };
    return loadParams(
      {shapes: new Map(floats.map(({name, shape}) => [name, shape])), read},
      model.denoiser.shapes,
      base.path,
    );
  }

  /** Gives the merged values of a tensor, in PyTorch's order. */
  #values(
    base: MergeInput,
    {weights, rules = [], method = plainLinear}: MergeSetting,
    dtype: WeightsFormat,
    tensors: readonly MergeTensor[],
  ): (name: string, into?: Float32Array) => Promise<Float32Array> {
    const {experts} = this.#models;
    checkMergeWeights({experts, weights, method});
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    const {byTensor} = tensorWeights([...byName.keys()], weights, rules, partOf(this.#models.base.unetConfig));
    this.#buffers.kernel.release(this.#mark);
    const buffers = this.#buffers;
    const merger = {buffers, method: methodOf(method, buffers), dtype, out: base.path, products: null};
    return (name, into) => {
      const tensor = byName.get(name);
      if (tensor === undefined) throw new Error(`no merged tensor is named ${name}`);
      return joined(
        tensorPieces(merger, tensor, base, experts, byTensor.get(name) ?? []),
        dtype,
        into ?? new Float32Array(elementCount(tensor.shape)),
      );
    };
  }

  #checkShapes({reader, path}: MergeInput): void {
    const strange = this.#models.tensors.find(({name, shape}) => {
      const own = reader.shapes.get(name);
      return own === undefined ? !isProjection(name) : own.join() !== shape.join();
    });
    if (strange === undefined) return;
    throw new UserError('preview-model', `The tensor ${strange.name} of this model is missing or of another shape.`, {
      where: path,
      hint: 'Only merges of the same models can be drawn beside a preview.',
    });
  }
}

async function joined(
  pieces: AsyncIterable<Uint8Array>,
  dtype: WeightsFormat,
  values: Float32Array,
): Promise<Float32Array> {
  let at = 0;
  for await (const piece of pieces) {
    values.set(widen(piece, dtype), at);
    at += piece.length / bytesPerElement[dtype];
  }
  return values;
}
