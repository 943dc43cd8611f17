import {UserError} from '../../contract/errors.ts';
import type {TensorReader} from './tensorReader.ts';

/** The reader with its tensors under other names; those that `rename` gives null for are left out. `path` names the file in errors. */
export function renameTensors(
  reader: TensorReader,
  rename: (name: string) => string | null,
  path: string,
): TensorReader {
  const original = new Map<string, string>();
  for (const name of reader.shapes.keys()) {
    const renamed = rename(name);
    if (renamed === null) continue;
    if (original.has(renamed)) {
      throw new UserError('names-collide', `The file holds '${renamed}' under an old and a new name.`, {where: path});
    }
    original.set(renamed, name);
  }
  const originalOf = (name: string) => original.get(name) ?? name;
  const named = <T>(entries: ReadonlyMap<string, T>) =>
    new Map([...original].map(([renamed, name]) => [renamed, entries.get(name) as T]));
  return {
    shapes: named(reader.shapes),
    dtypes: named(reader.dtypes),
    metadata: reader.metadata,
    read: (name, into) => reader.read(originalOf(name), into),
    readBytes: (name) => reader.readBytes(originalOf(name)),
    slices: (name) => reader.slices(originalOf(name)),
    close: () => reader.close(),
  };
}
