import type {GraphAttribute} from './graphDef.ts';
import type {OpAttribute, TensorflowBinding} from './tensorflowBackend.ts';

/** An attribute as tfjs-node gives it to the addon, as one of a graph's node. */
export function graphAttribute(
  binding: TensorflowBinding,
  op: string,
  {name, type, value}: OpAttribute,
): GraphAttribute {
  switch (type) {
    case binding.TF_ATTR_STRING:
      return {kind: 'text', value: value as string};
    case binding.TF_ATTR_INT:
      return {kind: 'int', value: value as number | number[]};
    case binding.TF_ATTR_FLOAT:
      return {kind: 'float', value: value as number | number[]};
    case binding.TF_ATTR_BOOL:
      return {kind: 'bool', value: value as boolean | boolean[]};
    case binding.TF_ATTR_TYPE:
      return {kind: 'type', value: value as number | number[]};
    case binding.TF_ATTR_SHAPE:
      return {kind: 'shape', value: value as number[]};
    default:
      throw new Error(`attribute ${name} of ${op} is of a kind that graphs do not know`);
  }
}
