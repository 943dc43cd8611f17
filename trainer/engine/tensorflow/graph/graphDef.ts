import {ProtoWriter} from '../../../protoWriter.ts';

/** TensorFlow's numbers of element types (tensorflow/core/framework/types.proto). */
export type DataType = number;

/** Value of a node's attribute, with the kind that says how it is encoded. */
export type GraphAttribute =
  | {kind: 'text'; value: string}
  | {kind: 'int'; value: number | readonly number[]}
  | {kind: 'float'; value: number | readonly number[]}
  | {kind: 'bool'; value: boolean | readonly boolean[]}
  | {kind: 'type'; value: DataType | readonly DataType[]}
  | {kind: 'shape'; value: readonly number[] | null}
  | {kind: 'tensor'; value: {dtype: DataType; shape: readonly number[]; content: Uint8Array}};

/** One operation of a TensorFlow graph. An input is `node:output`, or `^node` for "after this node". */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

/** A SavedModel without variables (tensorflow/core/protobuf/saved_model.proto) that holds just this graph, under the tag `deme`. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = new ProtoWriter();
  for (const node of nodes) graph.message(1, encodeNode(node));
  // The oldest producer whose operations have no attributes that were dropped since; TensorFlow fills in defaults of newer ones.
  graph.message(4, new ProtoWriter().varint(1, 1000));
  const meta = new ProtoWriter().message(1, new ProtoWriter().text(4, 'deme')).message(2, graph);
  return new ProtoWriter().varint(1, 1).message(2, meta).finish();
}

function encodeNode({name, op, inputs, attributes}: GraphNode): ProtoWriter {
  const node = new ProtoWriter().text(1, name).text(2, op);
  for (const input of inputs) node.text(3, input);
  for (const [key, attribute] of Object.entries(attributes)) {
    node.message(5, new ProtoWriter().text(1, key).message(2, encodeAttribute(attribute)));
  }
  return node;
}

function encodeAttribute(attribute: GraphAttribute): ProtoWriter {
  const writer = new ProtoWriter();
  switch (attribute.kind) {
    case 'text':
      return writer.text(2, attribute.value);
    case 'shape':
      return writer.message(7, encodeShape(attribute.value));
    case 'tensor':
      return writer.message(8, encodeTensor(attribute.value));
    case 'int':
      return encodeNumbers(attribute.value, 3, (to, field, value) => to.varint(field, value));
    case 'float':
      return encodeNumbers(attribute.value, 4, (to, field, value) => to.float(field, value));
    case 'bool':
      return encodeNumbers(attribute.value, 5, (to, field, value) => to.varint(field, value ? 1 : 0));
    case 'type':
      return encodeNumbers(attribute.value, 6, (to, field, value) => to.varint(field, value));
  }
}

/** The field numbers of single values and of those in a list are the same for each of these kinds. */
function encodeNumbers<T>(
  value: T | readonly T[],
  field: number,
  write: (to: ProtoWriter, field: number, value: T) => void,
): ProtoWriter {
  const writer = new ProtoWriter();
  if (!isList(value)) {
    write(writer, field, value);
    return writer;
  }
  const list = new ProtoWriter();
  for (const item of value) write(list, field, item);
  return writer.message(1, list);
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function encodeShape(shape: readonly number[] | null): ProtoWriter {
  const writer = new ProtoWriter();
  if (shape === null) return writer.varint(3, 1);
  for (const size of shape) writer.message(2, new ProtoWriter().varint(1, size));
  return writer;
}

function encodeTensor({dtype, shape, content}: {dtype: DataType; shape: readonly number[]; content: Uint8Array}) {
  return new ProtoWriter().varint(1, dtype).message(2, encodeShape(shape)).bytes(4, content);
}
