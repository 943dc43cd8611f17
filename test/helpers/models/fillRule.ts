import {elementCount} from '../../../trainer/store/weights/tensorReader.ts';
import {writeSafetensors, type TensorSource} from '../../../trainer/store/weights/safetensors.ts';
import {writeStateDict, type DictTensor} from '../../trainer/store/stateDict.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Writes weights that any language can make: tensors sorted by name, tensor n with the numbers u(n, k), k counted in row-major order; scaled by
 * sqrt(gain / fan_in) with two and more axes, 1 + 0.3 u for variances, 1 + 0.1 u for scales of norms, 0.1 u for other vectors. `shapes` are PyTorch's.
 */
export async function writeFilled(path: string, shapes: Shapes, gain: number): Promise<void> {
  const source = ({name, shape, values}: FilledTensor): TensorSource => {
    async function* pieces() {
      yield new Uint8Array(values().buffer);
    }
    return {name, shape: [...shape], dtype: 'F32', pieces};
  };
  await writeSafetensors(path, filledTensors(shapes, gain).map(source));
}

/** The same as `torch.save` writes a state dict. */
export async function writeFilledDict(path: string, shapes: Shapes, gain: number): Promise<void> {
  const tensors = filledTensors(shapes, gain).map(({name, shape, values}): [string, DictTensor] => [
    name,
    {shape, values: values()},
  ]);
  await writeStateDict(path, Object.fromEntries(tensors));
}

interface FilledTensor {
  readonly name: string;
  readonly shape: readonly number[];
  values(): Float32Array<ArrayBuffer>;
}

function filledTensors(shapes: Shapes, gain: number): FilledTensor[] {
  const names = [...shapes.keys()].sort();
  return names.map((name, n) => filledTensor(name, n, shapes.get(name) ?? [], gain));
}

function filledTensor(name: string, n: number, shape: readonly number[], gain: number): FilledTensor {
  const size = elementCount(shape);
  const fanIn = size / (shape[0] ?? 1);
  const isNorm = name.endsWith('.weight') && ['bn.', 'ln_', 'norm'].some((part) => name.includes(part));
  const [base, factor] =
    shape.length >= 2 ? [0, Math.sqrt(gain / fanIn)] : name.endsWith('running_var') ? [1, 0.3] : [isNorm ? 1 : 0, 0.1];
  return {name, shape, values: () => Float32Array.from({length: size}, (_, k) => base + factor * uniform(n, k))};
}

/** In [-1, 1): murmur3's 32-bit finaliser of k + 0x9E3779B9 (n + 1). */
function uniform(n: number, k: number): number {
  let h = (k + Math.imul(0x9e3779b9, n + 1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}
