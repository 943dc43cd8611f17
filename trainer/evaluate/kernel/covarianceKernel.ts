import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {packageRoot} from '../../packageRoot.ts';

/** What the compiled kernels export (`assembly/`): addresses are byte offsets into their memory, matrices have rows of `size` doubles. */
interface KernelFunctions {
  heapBase(): number;
  rowProducts(
    out: number,
    a: number,
    b: number,
    size: number,
    rowA: number,
    countA: number,
    rowB: number,
    countB: number,
    from: number,
  ): void;
  cholesky(matrix: number, size: number, smallest: number): number;
  tridiagonalise(
    matrix: number,
    size: number,
    diagonal: number,
    subdiagonal: number,
    panel: number,
    columns: number,
    column: number,
  ): void;
}

/** Symmetric matrices of one size in double, in a memory of their own. */
export class CovarianceKernel {
  readonly run: KernelFunctions;
  readonly #memory: WebAssembly.Memory;
  #end: number;

  /** With room for `matrices` of them, and for some vectors. */
  constructor(
    readonly size: number,
    matrices: number,
  ) {
    const bytes = matrices * (size * size * 8 + alignment) + (2 * panelColumns + 8) * (size * 8 + alignment);
    const pages = Math.ceil((bytes + reserve) / pageBytes);
    this.#memory = new WebAssembly.Memory({initial: pages, maximum: pages});
    const instance = new WebAssembly.Instance(kernelModule(), {env: {memory: this.#memory}});
    this.run = instance.exports as unknown as KernelFunctions;
    this.#end = this.run.heapBase();
  }

  /** The address of so many doubles, 0 at first. */
  allocate(count: number): number {
    const address = Math.ceil(this.#end / alignment) * alignment;
    this.#end = address + count * 8;
    return address;
  }

  doubles(address: number, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, count);
  }

  /** Eigenvalues, in any order, of the symmetric matrix whose lower triangle lies at `address` and is lost. */
  eigenvalues(address: number, size = this.size): Float64Array {
    const [diagonal, subdiagonal, column] = [size, size, size].map((count) => this.allocate(count)) as [
      number,
      number,
      number,
    ];
    const panel = this.allocate(2 * panelColumns * size);
    this.run.tridiagonalise(address, size, diagonal, subdiagonal, panel, panelColumns, column);
    return tridiagonalEigenvalues(this.doubles(diagonal, size).slice(), this.doubles(subdiagonal, size).slice());
  }
}

/** Steps of the reduction whose changes are carried out together. */
const panelColumns = 32;
const pageBytes = 65_536;
const alignment = 64;
/** Static data, and room for alignment. */
const reserve = 4 * pageBytes;

let compiled: WebAssembly.Module | undefined;

function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(join(packageRoot(), 'media', 'kernels', 'covariance.wasm')));
  return compiled;
}

/** By implicit QL steps (Bowdler et al. 1968); both arrays are lost. */
function tridiagonalEigenvalues(d: Float64Array, e: Float64Array): Float64Array {
  const last = d.length - 1;
  if (last >= 0) e[last] = 0;
  for (let low = 0; low <= last; low++) {
    for (;;) {
      let high = low;
      while (high < last && Math.abs(e[high]!) > Number.EPSILON * (Math.abs(d[high]!) + Math.abs(d[high + 1]!))) high++;
      if (high === low) break;
      step(d, e, low, high);
    }
  }
  return d;
}

function step(d: Float64Array, e: Float64Array, low: number, high: number): void {
  const half = (d[low + 1]! - d[low]!) / (2 * e[low]!);
  const root = Math.sqrt(half * half + 1);
  let g = d[high]! - d[low]! + e[low]! / (half + (half >= 0 ? root : -root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const length = Math.sqrt(f * f + g * g);
    e[i + 1] = length;
    if (length === 0) {
      d[i + 1] = d[i + 1]! - shift;
      e[high] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = d[i + 1]! - shift;
    const r = (d[i]! - g) * sine + 2 * cosine * b;
    shift = sine * r;
    d[i + 1] = g + shift;
    g = cosine * r - b;
  }
  d[low] = d[low]! - shift;
  e[low] = g;
  e[high] = 0;
}
