import {join} from 'node:path';
import {requireModel} from '../models.ts';
import {createDenoiser} from '../../../trainer/models/architectures.ts';
import {createRandom} from '../../../trainer/random.ts';
import {floatToHalf} from '../../../trainer/store/weights/halfFloat.ts';
import {isProjection} from '../../../trainer/contract/model/projectionName.ts';
import {writeSafetensors, type TensorSource} from '../../../trainer/store/weights/safetensors.ts';
import {elementCount} from '../../../trainer/store/weights/tensorReader.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** A base and its experts with random values, of a published size. */
export interface MergeModel {
  readonly title: string;
  readonly shapes: Shapes;
  readonly dtype: 'F32' | 'F16';
}

export const mergeModels: Readonly<Record<'church' | 'sd', MergeModel>> = {
  church: {
    title: 'ddpm-ema-church-256, 113.7 M parameters, F32',
    shapes: shapesOf('ddpm-ema-church-256'),
    dtype: 'F32',
  },
  sd: {
    title: 'UNet of Stable Diffusion 1.x, 859.5 M parameters, F16',
    shapes: shapesOf('stable-diffusion-v1'),
    dtype: 'F16',
  },
};

/** Writes a base and `experts` experts a small step away from it; returns the files, the base first. */
export async function writeModels({shapes, dtype}: MergeModel, folder: string, experts: number): Promise<string[]> {
  const base = randomBlock('base');
  const names = ['base', ...Array.from({length: experts}, (_, i) => `expert-${i}`)];
  const paths = names.map((name) => join(folder, `${name}.safetensors`));
  for (const [i, path] of paths.entries()) {
    const step = randomBlock(names[i] ?? '');
    const values = i === 0 ? base : base.map((value, k) => value + 0.02 * (step[k] ?? 0));
    await writeSafetensors(path, sourcesOf(shapes, dtype, values));
  }
  return paths;
}

/** A prime number of values, so that their repetition falls in step with no shape. */
const blockSize = 1_048_583;

function randomBlock(name: string): Float32Array {
  const random = createRandom(0, 'merge bench', name);
  return Float32Array.from({length: blockSize}, () => 0.2 * (random.float() - 0.5));
}

/** Tensors that go on in one endless repetition of the block, each where the last one ended. */
function sourcesOf(shapes: Shapes, dtype: MergeModel['dtype'], values: Float32Array): TensorSource[] {
  const stored = dtype === 'F16' ? floatToHalf(values) : values;
  const bytes = new Uint8Array(stored.buffer);
  let at = 0;
  return [...shapes].map(([name, shape]) => {
    const length = elementCount(shape) * stored.BYTES_PER_ELEMENT;
    const first = at;
    at = (at + length) % bytes.length;
    return {name, shape, dtype, pieces: () => repeat(bytes, first, length)};
  });
}

function* repeat(bytes: Uint8Array, first: number, length: number): Generator<Uint8Array> {
  for (let done = 0; done < length;) {
    const piece = bytes.subarray((first + done) % bytes.length).subarray(0, length - done);
    yield piece;
    done += piece.length;
  }
}

/** The shapes of our own layout have the same sizes as PyTorch's. */
function shapesOf(name: string): Shapes {
  const {shapes} = createDenoiser(requireModel(name).unetConfig);
  return new Map([...shapes].filter(([name]) => !isProjection(name)));
}
