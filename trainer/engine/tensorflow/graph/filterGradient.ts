import type {Conv2DGeometry} from '../../convGeometry.ts';
import {processorFlags} from '../../processorFlags.ts';
import type {DataType, GraphAttribute} from './graphDef.ts';
import type {OrderedNodes} from './orderedNodes.ts';

/** TensorFlow's number of the type. */
const int32: DataType = 3;

/** With fewer, products have too little to do. */
const fewestChannels = 16;

/**
 * Whether a product of matrices is the faster way to a filter's gradient in bf16. With AVX512-BF16 alone, oneDNN's kernel for that gradient does
 * 60 to 100 GFLOP/s at few positions, where products do 200 (and as much as they at many); for AMX it has another one.
 */
export function productPays(geometry: Conv2DGeometry): boolean {
  const {strideHeight, strideWidth, dilationHeight, dilationWidth, inChannels, outChannels} = geometry;
  const isPlain = [strideHeight, strideWidth, dilationHeight, dilationWidth].every((step) => step === 1);
  // Then the windows of all positions are also smaller than what comes out.
  const isSmall = positionsOf(geometry) <= outChannels;
  return isPlain && isSmall && Math.min(inChannels, outChannels) >= fewestChannels && hasSlowGradient();
}

function positionsOf({batchSize, outHeight, outWidth}: Conv2DGeometry): number {
  return batchSize * outHeight * outWidth;
}

let isSlow: boolean | undefined;

function hasSlowGradient(): boolean {
  if (isSlow === undefined) {
    const flags = processorFlags();
    isSlow = flags !== null && flags.has('avx512_bf16') && !flags.has('amx_bf16');
  }
  return isSlow;
}

/** The gradient of a filter [kh,kw,C,K] as a product: the windows of all P positions, [P,kh*kw*C] transposed, times dy, [P,K]. */
export class FilterGradient {
  /** @param type of the outputs that it is made of */
  constructor(
    readonly graph: OrderedNodes,
    readonly type: DataType,
    readonly geometry: Conv2DGeometry,
  ) {}

  /** Adds the nodes; returns the last, whose output has the sums of the convolution's gradient in another order. */
  append(x: string, dy: string): string {
    const {inChannels, outChannels, filterHeight, filterWidth, filterShape} = this.geometry;
    const positions = positionsOf(this.geometry);
    const windows = this.#reshaped(this.#windows(this.#padded(x)), [
      positions,
      filterHeight * filterWidth * inChannels,
    ]);
    const gradients = this.#reshaped(dy, [positions, outChannels]);
    const transposed = {transpose_a: {kind: 'bool', value: true}, transpose_b: {kind: 'bool', value: false}} as const;
    return this.#reshaped(this.#add('MatMul', [windows, gradients], transposed), filterShape);
  }

  #padded(x: string): string {
    const {top, bottom, left, right} = this.geometry.padInfo;
    if ([top, bottom, left, right].every((width) => width === 0)) return x;
    const paddings = this.#integers([0, 0, top, bottom, left, right, 0, 0], [4, 2]);
    return this.#add('Pad', [x, paddings], {Tpaddings: typed(int32)});
  }

  /** What the taps of the filter see, side by side. */
  #windows(padded: string): string {
    const {batchSize, outHeight, outWidth, inChannels, filterHeight, filterWidth} = this.geometry;
    if (filterHeight * filterWidth === 1) return padded;
    const size = this.#integers([batchSize, outHeight, outWidth, inChannels]);
    const seen = Array.from({length: filterHeight * filterWidth}, (_, tap) => {
      const begin = this.#integers([0, Math.floor(tap / filterWidth), tap % filterWidth, 0]);
      return this.#add('Slice', [padded, begin, size], {Index: typed(int32)});
    });
    const attributes = {N: {kind: 'int', value: seen.length}, Tidx: typed(int32)} as const;
    return this.#add('ConcatV2', [...seen, this.#integers([3], [])], attributes);
  }

  #reshaped(source: string, shape: readonly number[]): string {
    return this.#add('Reshape', [source, this.#integers(shape)], {Tshape: typed(int32)});
  }

  /** The first output of a new node. */
  #add(op: string, sources: readonly string[], attributes: Record<string, GraphAttribute>): string {
    return `${this.graph.append(op, sources, {...attributes, T: typed(this.type)})}:0`;
  }

  #integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return `${this.graph.constant(int32, shape, new Uint8Array(Int32Array.from(values).buffer))}:0`;
  }
}

function typed(value: DataType): GraphAttribute {
  return {kind: 'type', value};
}
