import {UserError} from '../contract/errors.ts';
import type {OpenOrder} from '../contract/panel/preview.ts';
import {checkInputs} from '../merge/files/checkInputs.ts';
import type {MergeTensor} from '../merge/files/checkTensors.ts';
import type {WeightsFormat} from '../contract/model/weightsFormat.ts';
import {openMergeInput, type MergeInput} from '../merge/files/mergeInput.ts';
import {residentInput} from '../merge/files/residentInput.ts';
import {drawingParts, loadComponents, type Components} from '../models/components.ts';
import type {ImageSpace} from '../models/imageSpace.ts';
import {createModel, type Model} from '../models/model.ts';
import {requireImageShape} from '../sample/requireImageShape.ts';
import {elementCount} from '../store/weights/tensorReader.ts';

/** The models of a preview in memory, and what draws with them. */
export interface PreviewModels {
  readonly base: MergeInput;
  readonly experts: readonly MergeInput[];
  /** Tensors of a merge of them. */
  readonly tensors: readonly MergeTensor[];
  readonly dtype: WeightsFormat;
  readonly model: Model;
  readonly components: Components;
  readonly space: ImageSpace;
  /** Scalars of a merge. */
  readonly parameters: number;
}

/** Reads base and experts whole. They are checked as for a merge, and throw the same UserErrors. */
export async function openPreviewModels({base, experts, dtype}: Omit<OpenOrder, 'kind'>): Promise<PreviewModels> {
  const inputs = await openResident([{path: base}, ...experts]);
  const [first, ...rest] = inputs;
  const unetConfig = first?.unetConfig ?? null;
  if (first === undefined || unetConfig === null) {
    throw new UserError('preview-base', 'A bare weights file as base has no config, so nothing can be drawn.', {
      where: base,
      hint: 'Give a diffusers folder as base.',
    });
  }
  const {tensors} = await checkInputs(first, rest);
  const schedulerConfig = inputs.find(({schedulerConfig}) => schedulerConfig !== null)?.schedulerConfig ?? null;
  const model = createModel({unetConfig, schedulerConfig}, base);
  const components = await loadComponents({path: base, pipeline: first.pipeline, unetConfig}, {parts: drawingParts});
  return {
    base: first,
    experts: rest,
    tensors,
    dtype,
    model,
    components,
    space: components.spaceOf(requireImageShape(components, base)),
    parameters: tensors.reduce((sum, {shape}) => sum + elementCount(shape), 0),
  };
}

/** The first is the base. */
async function openResident(models: readonly OpenOrder['experts'][number][]): Promise<MergeInput[]> {
  const inputs: MergeInput[] = [];
  for (const [i, {path, range}] of models.entries()) {
    inputs.push(await residentInput(await openMergeInput(path, i === 0 ? undefined : i - 1, range)));
  }
  return inputs;
}
