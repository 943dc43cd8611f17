/** What is known of an input while recording: its shape, and its values where it is a constant. */
export interface KnownTensor {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values?: readonly number[];
}

type Attributes = ReadonlyMap<string, unknown>;
type ShapeRule = (inputs: readonly KnownTensor[], attributes: Attributes) => readonly (readonly number[])[] | undefined;

const elementwise: ShapeRule = (inputs) => [inputs.map(({shape}) => shape).reduce(broadcast)];
const likeFirst: ShapeRule = ([first]) => first && [first.shape];

/** Shape given by the values of input number `index`. */
const byValues =
  (index: number): ShapeRule =>
  (inputs) => {
    const values = inputs[index]?.values;
    return values && [values];
  };

/** The operations of the networks and optimizers here; for others TensorFlow itself computes the shape. */
const rules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(
    ['Add', 'AddV2', 'Sub', 'Mul', 'MulNoNan', 'RealDiv', 'SquaredDifference', 'Minimum', 'Maximum'].map((op) => [
      op,
      elementwise,
    ]),
  ),
  ...Object.fromEntries(
    ['Sigmoid', 'Square', 'Sqrt', 'Rsqrt', 'Softmax', 'Neg', 'Exp', 'Erf', 'Identity', 'ZerosLike'].map((op) => [
      op,
      likeFirst,
    ]),
  ),
  Reshape: byValues(1),
  Fill: byValues(0),
  Conv2D: convolved,
  Conv3D: convolved,
  Slice: byValues(2),
  PadV2: padded,
  ResizeNearestNeighbor: ([x, size]) => x && size?.values && [[x.shape[0] ?? NaN, ...size.values, x.shape[3] ?? NaN]],
  Conv2DBackpropInput: byValues(0),
  Conv2DBackpropFilter: byValues(1),
  Sum: reduced,
  Mean: reduced,
  Transpose: ([x, order]) => x && order?.values && [order.values.map((axis) => x.shape[axis] ?? NaN)],
  BatchMatMulV2: batchMatMul,
  L2Loss: () => [[]],
  ConcatV2: concatenated,
  SplitV: split,
};

/** Shapes of the outputs of an operation, where they follow from its inputs by a rule known here. */
export function outputShapes(
  op: string,
  inputs: readonly KnownTensor[],
  attributes: Attributes,
): readonly (readonly number[])[] | undefined {
  const shapes = rules[op]?.(inputs, attributes);
  const known = shapes?.every((shape) => shape.every((size) => Number.isInteger(size) && size >= 0));
  return known ? shapes : undefined;
}

/** NumPy's rule: sizes from the right must be equal or 1. */
function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  const size = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
  return Array.from({length: rank}, (_, axis) => {
    const [x, y] = [size(a, axis), size(b, axis)];
    return x === 1 ? y : y === 1 || x === y ? x : NaN;
  });
}

function reduced([x, axes]: readonly KnownTensor[], attributes: Attributes) {
  if (!x || !axes?.values) return undefined;
  const dropped = new Set(axes.values.map((axis) => (axis < 0 ? axis + x.shape.length : axis)));
  if (attributes.get('keep_dims') === true) return [x.shape.map((size, axis) => (dropped.has(axis) ? 1 : size))];
  return [x.shape.filter((_, axis) => !dropped.has(axis))];
}

function batchMatMul([a, b]: readonly KnownTensor[], attributes: Attributes) {
  if (!a || !b) return undefined;
  const [rows, columns] = [attributes.get('adj_x') === true ? -1 : -2, attributes.get('adj_y') === true ? -2 : -1];
  return [
    [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), a.shape.at(rows) ?? NaN, b.shape.at(columns) ?? NaN],
  ];
}

function concatenated(inputs: readonly KnownTensor[]) {
  const [parts, axis] = [inputs.slice(0, -1), inputs.at(-1)?.values?.[0]];
  const [first] = parts;
  if (!first || axis === undefined) return undefined;
  const at = axis < 0 ? axis + first.shape.length : axis;
  return [
    first.shape.with(
      at,
      parts.reduce((sum, {shape}) => sum + (shape[at] ?? NaN), 0),
    ),
  ];
}

function split([x, sizes, axis]: readonly KnownTensor[]) {
  const at = axis?.values?.[0];
  if (!x || !sizes?.values || at === undefined) return undefined;
  return sizes.values.map((size) => x.shape.with(at < 0 ? at + x.shape.length : at, size));
}

/** Of images or volumes with the channels last. */
function convolved([x, filter]: readonly KnownTensor[], attributes: Attributes) {
  const [strides, dilations] = [attributes.get('strides'), attributes.get('dilations')] as (readonly number[])[];
  const padding = attributes.get('padding');
  const isKnown = String(attributes.get('data_format')).endsWith('C') && (padding === 'SAME' || padding === 'VALID');
  if (!x || !filter || !strides || !isKnown || dilations?.some((dilation) => dilation !== 1)) return undefined;
  const sides = filter.shape.slice(0, -2).map((window, side) => {
    const [size, stride] = [x.shape[side + 1] ?? NaN, strides[side + 1] ?? NaN];
    return Math.ceil((padding === 'SAME' ? size : size - window + 1) / stride);
  });
  return [[x.shape[0] ?? NaN, ...sides, filter.shape.at(-1) ?? NaN]];
}

function padded([x, paddings]: readonly KnownTensor[]) {
  const values = paddings?.values;
  return x && values && [x.shape.map((size, axis) => size + (values[2 * axis] ?? NaN) + (values[2 * axis + 1] ?? NaN))];
}
