/** Name and in-memory shape of one parameter. */
export type ShapeEntry = readonly [name: string, shape: readonly number[]];

/** Weight [k,k,in,out] and bias [out] of a convolution. */
export function convShapes(name: string, size: number, input: number, output: number): ShapeEntry[] {
  return [
    [`${name}.weight`, [size, size, input, output]],
    [`${name}.bias`, [output]],
  ];
}

/** Weight [in,out] and bias [out] of a dense layer. */
export function linearShapes(name: string, input: number, output: number): ShapeEntry[] {
  return [
    [`${name}.weight`, [input, output]],
    [`${name}.bias`, [output]],
  ];
}

/** Scale and offset [C] of a normalisation. */
export function normShapes(name: string, channels: number): ShapeEntry[] {
  return [
    [`${name}.weight`, [channels]],
    [`${name}.bias`, [channels]],
  ];
}
