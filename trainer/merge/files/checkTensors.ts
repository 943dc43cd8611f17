import {UserError} from '../../contract/errors.ts';
import {compareProjections, isProjection} from '../../contract/model/projectionName.ts';
import type {DType} from '../../store/weights/dtype.ts';
import type {MergeInput} from './mergeInput.ts';
import {identityProjection} from './openTensor.ts';

/** A tensor of the merged model. */
export interface MergeTensor {
  readonly name: string;
  /** PyTorch order. */
  readonly shape: readonly number[];
  /** Integer buffers are copied from the base, never merged. */
  readonly integer: boolean;
}

type TensorInput = Pick<MergeInput, 'label' | 'path' | 'reader' | 'record'>;

/**
 * The tensors of the merge, base order first and projections that the base lacks last. Refuses inputs whose names, shapes or
 * integer buffers differ; only projections may be missing, since a model without one has the identity there.
 */
export async function checkTensors(base: TensorInput, experts: readonly TensorInput[]): Promise<MergeTensor[]> {
  const tensors = unionOfTensors(base, experts);
  for (const input of [base, ...experts]) checkNames(base, input);
  for (const input of [base, ...experts]) checkShapes(tensors, input);
  for (const input of experts) checkLostProjections(input);
  for (const {name, integer} of tensors) if (integer) await checkEqualBuffer(name, base, experts);
  return tensors;
}

/** Warnings about experts that may have lost their projections in a loader that ignores them. */
export function projectionWarnings(experts: readonly TensorInput[]): string[] {
  const without = experts.filter((expert) => !hasProjections(expert));
  if (without.length === experts.length) return [];
  return without
    .filter(({record}) => record === null)
    .map(({label}) => `${label} has no channel projections while others have; the identity was taken.`);
}

function unionOfTensors(base: TensorInput, experts: readonly TensorInput[]): MergeTensor[] {
  const tensors = new Map<string, MergeTensor>();
  for (const {reader} of [base, ...experts]) {
    const missing = [...reader.shapes].filter(([name]) => !tensors.has(name));
    // What the base lacks are projections.
    if (tensors.size > 0) missing.sort(([a], [b]) => compareProjections(a, b));
    for (const [name, shape] of missing) tensors.set(name, {name, shape, integer: isInteger(reader.dtypes.get(name))});
  }
  return [...tensors.values()];
}

function isInteger(dtype: DType | undefined): boolean {
  return dtype === 'I64' || dtype === 'I32' || dtype === 'U8' || dtype === 'BOOL';
}

function checkNames(base: TensorInput, input: TensorInput): void {
  const ordinary = ({reader}: TensorInput) => [...reader.shapes.keys()].filter((name) => !isProjection(name));
  const missing = ordinary(base).filter((name) => !input.reader.shapes.has(name));
  if (missing.length > 0)
    throw namesError('merge-missing-tensor', `${input.label} lacks ${some(missing)} of the base.`, input);
  const extra = ordinary(input).filter((name) => !base.reader.shapes.has(name));
  if (extra.length > 0)
    throw namesError('merge-extra-tensor', `${input.label} has ${some(extra)}, which the base lacks.`, input);
}

function namesError(code: string, message: string, {path}: TensorInput): UserError {
  return new UserError(code, message, {where: path, hint: 'Experts must be finetuned from the base itself.'});
}

function some(names: readonly string[]): string {
  const rest = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${rest > 0 ? ` and ${rest} more tensors` : ''}`;
}

function checkShapes(tensors: readonly MergeTensor[], {label, path, reader}: TensorInput): void {
  for (const {name, shape, integer} of tensors) {
    const own = reader.shapes.get(name);
    if (own === undefined) {
      identityProjection(name, shape);
      continue;
    }
    if (own.join() !== shape.join()) {
      const message = `${name} of ${label} has shape [${own.join(', ')}], elsewhere [${shape.join(', ')}].`;
      throw new UserError('merge-shape', message, {where: path, hint: 'All inputs must be of one architecture.'});
    }
    if (isInteger(reader.dtypes.get(name)) !== integer) {
      throw new UserError(
        'merge-dtype',
        `${name} of ${label} is ${reader.dtypes.get(name)}; integers and floats do not merge.`,
        {where: path},
      );
    }
  }
}

function checkLostProjections(expert: TensorInput): void {
  if (expert.record?.projection !== 'full' || hasProjections(expert)) return;
  throw new UserError(
    'merge-projections-lost',
    `${expert.label} was trained with channel projections, but its weights hold none.`,
    {
      where: expert.path,
      hint: 'It was probably saved by a loader that ignores adapter_list.*; take the original.',
    },
  );
}

function hasProjections({reader}: TensorInput): boolean {
  return [...reader.shapes.keys()].some(isProjection);
}

async function checkEqualBuffer(name: string, base: TensorInput, experts: readonly TensorInput[]): Promise<void> {
  const expected = Buffer.from(await base.reader.readBytes(name));
  for (const {label, path, reader} of experts) {
    const same =
      reader.dtypes.get(name) === base.reader.dtypes.get(name) && expected.equals(await reader.readBytes(name));
    if (same) continue;
    throw new UserError('merge-buffer', `${name} is an integer buffer and differs between the base and ${label}.`, {
      where: path,
      hint: 'Integers cannot be merged; the models are of different kinds.',
    });
  }
}
