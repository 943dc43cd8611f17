import type {LowPrecision} from '../../../contract/config/precision.ts';
import type {DataType, GraphAttribute} from './graphDef.ts';

/** TensorFlow's numbers of the types (tensorflow/core/framework/types.proto). */
export const float32: DataType = 1;
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

/** Operations that only move numbers: rounded before them or after them, these are the same. The numbers are their first input. */
const movingOps = new Set(['Reshape', 'Transpose', 'Slice']);

/** What the recorder lets happen with its nodes. */
export interface NarrowedGraph {
  /** Adds a node that is not older than what was recorded last where its input is. */
  cast(source: string, from: DataType, to: DataType): string;
  /** Adds a node in the place of the operation that was given. */
  moved(source: string, type: DataType, data: string): string;
  /** The operation that computes this output. */
  opOf(source: string): {readonly op: string; readonly inputs: readonly string[]} | undefined;
}

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

  constructor(readonly graph: NarrowedGraph) {}

  /** The inputs of an operation in this precision; null for one that stays in float32. */
  inputs(op: string, sources: readonly string[], precision: LowPrecision): string[] | null {
    const floats = floatInputs[op];
    if (floats === undefined) return null;
    return sources.map((source, i) => (floats.includes(i) ? this.#rounded(source, lowTypes[precision]) : source));
  }

  /** Notes that `wide` is `source` in float32. */
  widened(wide: string, source: string, precision: LowPrecision): void {
    const type = lowTypes[precision];
    this.#origins.set(wide, {source, type});
    this.#narrow.set(keyOf(wide, type), source);
  }

  /** The rounded output that a widened one came from. */
  originOf(source: string): {readonly source: string; readonly type: DataType} | undefined {
    return this.#origins.get(source);
  }

  #rounded(source: string, type: DataType): string {
    const key = keyOf(source, type);
    const made = this.#narrow.get(key) ?? this.#movedRounded(source, type) ?? this.graph.cast(source, float32, type);
    this.#narrow.set(key, made);
    return made;
  }

  /** The move of rounded numbers, where they are there already. */
  #movedRounded(source: string, type: DataType): string | null {
    const found = this.graph.opOf(source);
    const [data] = found?.inputs ?? [];
    if (!found || data === undefined || !movingOps.has(found.op)) return null;
    const known = this.#narrow.get(keyOf(data, type)) ?? this.#movedRounded(data, type);
    return known === null ? null : this.graph.moved(source, type, known);
  }
}

function keyOf(source: string, type: DataType): string {
  return `${type} ${source}`;
}

/** The attributes of an operation with its element type, by whatever name it goes, replaced by that of the precision. */
export function narrowAttributes(
  attributes: Readonly<Record<string, GraphAttribute>>,
  type: DataType,
): Record<string, GraphAttribute> {
  return {...attributes, T: {kind: 'type', value: type}};
}

export function lowType(precision: LowPrecision): DataType {
  return lowTypes[precision];
}
