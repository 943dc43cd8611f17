import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {packageRoot} from '../../packageRoot.ts';

/** What the compiled kernels export (`assembly/`): addresses are byte offsets into their memory, counts are elements. */
export interface KernelFunctions {
  heapBase(): number;
  widenHalf(from: number, to: number, count: number): void;
  widenBrain(from: number, to: number, count: number): void;
  narrowHalf(from: number, to: number, count: number): void;
  narrowBrain(from: number, to: number, count: number): void;
  linear(out: number, base: number, table: number, weights: number, experts: number, count: number): void;
  toTask(expert: number, base: number, count: number): void;
  addTasks(
    out: number,
    base: number,
    table: number,
    weights: number,
    experts: number,
    baseScale: number,
    lambda: number,
    count: number,
  ): void;
  addElected(
    out: number,
    base: number,
    table: number,
    weights: number,
    experts: number,
    lambda: number,
    isMean: boolean,
    count: number,
  ): void;
  addProducts(
    sums: number,
    agreements: number,
    base: number,
    table: number,
    experts: number,
    scratch: number,
    count: number,
  ): void;
  countRounded(values: number, bins: number, count: number): void;
  firstNotFinite(values: number, limit: number, count: number): number;
  keepBetween(task: number, low: number, high: number, count: number): void;
  keepRandom(task: number, first: number, key: number, key2: number, limit: number, scale: number, count: number): void;
  countUpper(task: number, bins: number, count: number): void;
  countLower(task: number, upper: number, bins: number, count: number): void;
}

/** The merge kernels with a memory of their own, from which buffers are handed out. */
export class MergeKernel {
  readonly run: KernelFunctions;
  readonly #memory: WebAssembly.Memory;
  #end: number;

  /** @param bytes what the buffers may take together */
  constructor(bytes: number) {
    const pages = Math.ceil((bytes + reserve) / pageBytes);
    this.#memory = new WebAssembly.Memory({initial: pages, maximum: pages});
    const instance = new WebAssembly.Instance(kernelModule(), {env: {memory: this.#memory}});
    this.run = instance.exports as unknown as KernelFunctions;
    this.#end = this.run.heapBase();
  }

  /** The address of a buffer of this many bytes, zeroed, rounded up so that kernels may touch whole groups of 16 elements. */
  allocate(bytes: number): number {
    const address = Math.ceil(this.#end / alignment) * alignment;
    this.#end = address + Math.ceil(bytes / alignment) * alignment;
    if (this.#end > this.#memory.buffer.byteLength) throw new Error('the kernel memory was made too small');
    return address;
  }

  /** Where the next buffer will lie, for `release`. */
  mark(): number {
    return this.#end;
  }

  /** Releases all buffers handed out since `mark`; later ones reuse their memory, which is not cleared. */
  release(mark: number): void {
    this.#end = mark;
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  words(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, length);
  }
}

const pageBytes = 65_536;
const alignment = 64;
/** Static data, and room for alignment. */
const reserve = 4 * pageBytes;

let compiled: WebAssembly.Module | undefined;

function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(join(packageRoot(), 'media', 'kernels', 'merge.wasm')));
  return compiled;
}
