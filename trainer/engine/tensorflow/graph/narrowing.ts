import type {LowPrecision} from '../../../contract/config/precision.ts';
import type {DataType, GraphAttribute} from './graphDef.ts';
import type {Conv2DGeometry} from '../../convGeometry.ts';
import {FilterGradient, productPays} from './filterGradient.ts';
import type {OrderedNodes} from './orderedNodes.ts';

/** TensorFlow's numbers of the types (tensorflow/core/framework/types.proto). */
const float32: DataType = 1;
const lowTypes: Readonly<Record<LowPrecision, DataType>> = {bf16: 14, f16: 19};

/** The numbers that operations with a low precision take, by position; shapes and sizes stay as they are. */
const floatInputs: Readonly<Record<string, readonly number[]>> = {
  Conv2D: [0, 1],
  Conv3D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
  MatMul: [0, 1],
  BatchMatMulV2: [0, 1],
};

/**
 * Over which axis of its filter [kh, kw, C, K] an operation sums. In bf16 that has to be an even number of channels: processors multiply bf16 in pairs, and oneDNN
 * 3.7 does not always clear the place beside the last one, so that the sums have in them what the memory held before.
 */
export const pairedAxis: Readonly<Record<string, number>> = {Conv2D: 2, Conv2DBackpropInput: 3};

/** Operations that only move numbers: rounded before them or after them, these are the same. The numbers are their first input. */
const movingOps = new Set(['Reshape', 'Transpose', 'Slice']);

interface Narrowed {
  readonly precision: LowPrecision;
  /** Of the convolution, where the operation is the gradient of a filter on a processor. */
  readonly filter?: Conv2DGeometry | undefined;
}

type Attributes = Record<string, GraphAttribute>;

/**
 * The roundings of one function that is recorded: what a convolution or a product takes is cast once, however often it is used, and what
 * it makes is float32 again. A rounded number that was widened is exact, so that it is never cast again, and the wide one need not wait
 * for the backward pass.
 */
export class Narrowing {
  /** The rounded form of an output by its type and name. */
  readonly #narrow = new Map<string, string>();
  /** The rounded output that each widened one came from. */
  readonly #origins = new Map<string, {readonly source: string; readonly type: DataType}>();
  /** Widened outputs as they were made anew, by the one that they stand for. */
  readonly #rewidened = new Map<string, string>();

  constructor(readonly graph: OrderedNodes) {}

  /** Adds an operation in a precision; the node has its result in float32. Undefined for one that stays in float32. */
  record(
    op: string,
    sources: readonly string[],
    attributes: Attributes,
    {precision, filter}: Narrowed,
  ): string | undefined {
    const floats = floatInputs[op];
    if (floats === undefined) return undefined;
    const type = lowTypes[precision];
    const narrow = sources.map((source, i) => (floats.includes(i) ? this.#rounded(source, type) : source));
    const [x = '', , dy = ''] = narrow;
    const source =
      filter && precision === 'bf16' && productPays(filter)
        ? new FilterGradient(this.graph, type, filter).append(x, dy)
        : `${this.graph.append(op, sources, ofType(attributes, type), () => narrow)}:0`;
    const node = this.graph.append('Cast', [source], casting(type, float32));
    this.#origins.set(`${node}:0`, {source, type});
    this.#narrow.set(keyOf(`${node}:0`, type), source);
    return node;
  }

  /**
   * An output to be used now. What was widened long ago is widened again, so that in between only the rounded numbers wait: a norm needs what
   * it has normalised for its gradient.
   */
  near(source: string): string {
    const origin = this.#origins.get(source);
    if (origin === undefined || !this.graph.isLongAgo(source)) return source;
    const known = this.#rewidened.get(source);
    if (known !== undefined && !this.graph.isLongAgo(known)) return known;
    const made = `${this.graph.append('Cast', [origin.source], casting(origin.type, float32))}:0`;
    this.#rewidened.set(source, made);
    return made;
  }

  #rounded(source: string, type: DataType): string {
    const key = keyOf(source, type);
    const made = this.#narrow.get(key) ?? this.#movedRounded(source, type) ?? this.#cast(source, type);
    this.#narrow.set(key, made);
    return made;
  }

  #cast(source: string, type: DataType): string {
    return `${this.graph.append('Cast', [source], casting(float32, type))}:0`;
  }

  /** The move of rounded numbers, where they are there already. */
  #movedRounded(source: string, type: DataType): string | null {
    const node = this.graph.nodeOf(source);
    const [data, ...others] = node?.inputs.filter((input) => !input.startsWith('^')) ?? [];
    if (!node || data === undefined || !movingOps.has(node.op)) return null;
    const known = this.#narrow.get(keyOf(data, type)) ?? this.#movedRounded(data, type);
    return known && `${this.graph.append(node.op, [known, ...others], ofType(node.attributes, type))}:0`;
  }
}

function keyOf(source: string, type: DataType): string {
  return `${type} ${source}`;
}

/** The attributes of an operation on numbers of another type. */
function ofType(attributes: Readonly<Attributes>, type: DataType): Attributes {
  return {...attributes, T: {kind: 'type', value: type}};
}

function casting(from: DataType, to: DataType): Attributes {
  return {SrcT: {kind: 'type', value: from}, DstT: {kind: 'type', value: to}};
}
