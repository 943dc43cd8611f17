import {open, type FileHandle} from 'node:fs/promises';
import {readSync} from 'node:fs';
import {bytesOf} from '../../store/weights/dtype.ts';
import {rowsFrom, type FeatureRows, type FeatureSet} from '../featureRows.ts';

/** Vectors in a file of single-precision numbers, of which only those that are asked for are in memory. */
export class FeatureStore implements FeatureRows {
  #count = 0;

  private constructor(
    readonly dimension: number,
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(path: string, dimension: number): Promise<FeatureStore> {
    return new FeatureStore(dimension, path, await open(path, 'w+'));
  }

  get count(): number {
    return this.#count;
  }

  /** Adds vectors, [n, dimension]. */
  async append(values: Float32Array): Promise<void> {
    await this.handle.appendFile(bytesOf(values));
    this.#count += values.length / this.dimension;
  }

  rows(numbers: ArrayLike<number>): FeatureSet {
    const {dimension} = this;
    const values = new Float32Array(numbers.length * dimension);
    for (let i = 0; i < numbers.length; i++) {
      const target = bytesOf(values.subarray(i * dimension, (i + 1) * dimension));
      const read = readSync(this.handle.fd, target, 0, target.length, (numbers[i] ?? 0) * dimension * 4);
      if (read !== target.length) throw new Error(`${this.path} has no row ${numbers[i]}`);
    }
    return {values, count: numbers.length, dimension};
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** The bytes of all vectors in order, piece by piece. */
export async function* featureBytes(rows: FeatureRows): AsyncGenerator<Uint8Array> {
  const atOnce = Math.max(1, Math.floor(2 ** 20 / rows.dimension));
  for (let first = 0; first < rows.count; first += atOnce) {
    const {values} = rowsFrom(rows, first, Math.min(atOnce, rows.count - first));
    yield bytesOf(values instanceof Float32Array ? values : Float32Array.from(values));
  }
}
