import type {Tensor} from '@tensorflow/tfjs-core';

/** Tensors by name; one that is not there may be undefined or left out. */
export type TensorRecord = Readonly<Record<string, Tensor | undefined>>;

/** Turns records with the same names into lists, as programs take them, and back. */
export interface RecordLayout<T extends TensorRecord> {
  list(record: T): Tensor[];
  record(list: readonly Tensor[]): T;
}

/** The layout of records with the tensors of `example`, in its order. */
export function recordLayout<T extends TensorRecord>(example: T): RecordLayout<T> {
  const names = namesOf(example);
  return {
    list(record) {
      const found = namesOf(record);
      if (found.length !== names.length || !names.every((name) => record[name] !== undefined))
        throw new Error(`a record of ${found.join(', ')} where ${names.join(', ')} are expected`);
      return names.map((name) => record[name] as Tensor);
    },
    record: (list) => Object.fromEntries(names.map((name, i) => [name, list[i]])) as unknown as T,
  };
}

function namesOf(record: TensorRecord): string[] {
  return Object.keys(record).filter((name) => record[name] !== undefined);
}
