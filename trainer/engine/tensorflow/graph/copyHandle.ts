import type {TensorflowBinding, TensorMetadata} from './tensorflowBackend.ts';

/** Another handle of the same memory, with the shape and type that the addon has no other call for. The caller deletes it. */
export function copyHandle(binding: TensorflowBinding, id: number): TensorMetadata {
  const [copy] = binding.executeOp('Identity', [], [id], 1);
  if (!copy) throw new Error('TensorFlow made no copy of a tensor');
  return copy;
}
