import type {Tensor} from '@tensorflow/tfjs-core';
import type {GraphAttribute} from './graphDef.ts';
import {activeRecorder, type GraphRecorder} from './graphRecorder.ts';

/** A state tensor of the function that is being recorded, as the variable that TensorFlow may change in place. */
export interface RecordedVariable {
  readonly recorder: GraphRecorder;
  readonly handle: string;
  readonly tensor: Tensor;
}

/** The variables behind these tensors; null where nothing is recorded, or where one is not a variable as it was read at first. */
export function recordedVariables(tensors: readonly Tensor[]): RecordedVariable[] | null {
  const recorder = activeRecorder();
  if (!recorder) return null;
  const variables = tensors.flatMap((tensor) => {
    const read = recorder.variableOf(tensor);
    return read && read.after === undefined ? [{recorder, handle: read.handle, tensor}] : [];
  });
  return variables.length === tensors.length ? variables : null;
}

/**
 * Adds an operation that changes `changed` in place (TensorFlow copies the memory first where somebody still holds it).
 *
 * @param inputs sources, or `^node` for an order, after the variables' handles.
 * @returns the node, and the tensors with their values from then on.
 */
export function changeVariables(
  op: string,
  changed: readonly RecordedVariable[],
  inputs: readonly string[],
  attributes: Record<string, GraphAttribute>,
): {node: string; tensors: Tensor[]} {
  const [first] = changed;
  if (!first) throw new Error('an operation must change a variable');
  const {recorder} = first;
  const node = recorder.add(op, [...changed.map(({handle}) => handle), ...inputs], attributes);
  const tensors = changed.map(({handle, tensor}) => {
    const dtype = recorder.backend.getDTypeInteger(tensor.dtype);
    return recorder.standIn(tensor, recorder.read(handle, dtype, node));
  });
  return {node, tensors};
}
