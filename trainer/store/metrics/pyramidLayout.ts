/** How the records of a pyramid look. All numbers are float64, little-endian. */
export interface PyramidLayout {
  /** Numbers in a record of level 0. */
  readonly rowLength: number;
  /** Numbers in a record of every other level. */
  readonly binLength: number;
  /** The bin of one row. */
  toBin(row: Float64Array): Float64Array;
  /** One bin for neighbouring bins, given one after the other. */
  merge(bins: Float64Array): Float64Array;
}

/** Numbers in a record of a level. */
export function recordLength({rowLength, binLength}: PyramidLayout, level: number): number {
  return level === 0 ? rowLength : binLength;
}

/** Records of a level as bins, one after the other. */
export function asBins(layout: PyramidLayout, level: number, records: Float64Array): Float64Array {
  if (level > 0) return records;
  const rows = records.length / layout.rowLength;
  const bins = new Float64Array(rows * layout.binLength);
  for (let row = 0; row < rows; row++) {
    bins.set(
      layout.toBin(records.subarray(row * layout.rowLength, (row + 1) * layout.rowLength)),
      row * layout.binLength,
    );
  }
  return bins;
}

/** Every `group` neighbouring bins as one. */
export function mergeGroups(layout: PyramidLayout, bins: Float64Array, group: number): Float64Array {
  if (group === 1) return bins;
  const size = group * layout.binLength;
  const merged = new Float64Array(bins.length / group);
  for (let i = 0; i < bins.length / size; i++) {
    merged.set(layout.merge(bins.subarray(i * size, (i + 1) * size)), i * layout.binLength);
  }
  return merged;
}
