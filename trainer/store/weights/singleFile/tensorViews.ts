import {bytesPerElement, type DType} from '../dtype.ts';
import {readFloats} from '../readFloats.ts';
import {elementCount, type TensorReader, type TensorSlices} from '../tensorReader.ts';

/** A tensor that is another, or some rows of another, under a name and shape of its own. */
export interface TensorView {
  readonly source: string;
  readonly shape: readonly number[];
  /** Elements of the source before its first. */
  readonly start: number;
}

/** Views by their names. */
export type Views = ReadonlyMap<string, TensorView>;

/** The reader with these tensors alone; closing it closes the other. */
export function viewTensors(reader: TensorReader, views: Views): TensorReader {
  const viewOf = (name: string): TensorView => {
    const view = views.get(name);
    if (view === undefined) throw new Error(`there is no tensor ${name}`);
    return view;
  };
  const dtypeOf = ({source}: TensorView): DType => reader.dtypes.get(source) ?? 'F32';
  const slices = async (name: string): Promise<TensorSlices> => {
    const view = viewOf(name);
    const whole = await reader.slices(view.source);
    const first = view.start * bytesPerElement[dtypeOf(view)];
    return {read: (offset, target) => whole.read(first + offset, target)};
  };
  const readBytes = async (name: string): Promise<Uint8Array> => {
    const view = viewOf(name);
    const bytes = new Uint8Array(elementCount(view.shape) * bytesPerElement[dtypeOf(view)]);
    (await slices(name)).read(0, bytes);
    return bytes;
  };
  return {
    shapes: new Map([...views].map(([name, {shape}]) => [name, shape])),
    dtypes: new Map([...views].map(([name, view]) => [name, dtypeOf(view)])),
    metadata: reader.metadata,
    readBytes,
    read: async (name, into) => {
      const view = viewOf(name);
      return readFloats(await slices(name), dtypeOf(view), into ?? new Float32Array(elementCount(view.shape)));
    },
    slices,
    close: () => reader.close(),
  };
}

/** So many bytes of a tensor are in memory at once. */
const pieceBytes = 1 << 22;

/** The bytes of tensors one after the other; each piece is overwritten by the next. */
export async function* streamTensors(reader: TensorReader, names: readonly string[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pieceBytes);
  for (const name of names) {
    const length = elementCount(reader.shapes.get(name) ?? []) * bytesPerElement[reader.dtypes.get(name) ?? 'F32'];
    const slices = await reader.slices(name);
    for (let at = 0; at < length; at += pieceBytes) {
      const piece = buffer.subarray(0, Math.min(pieceBytes, length - at));
      slices.read(at, piece);
      yield piece;
    }
  }
}
