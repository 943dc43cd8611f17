import {elementCount, type TensorReader} from '../../store/weights/tensorReader.ts';
import type {Checkpoint} from '../../store/weights/singleFile/checkpoint.ts';

/** A component of a single-file checkpoint. */
export interface ComponentSummary {
  /** By its name in a diffusers folder; `running average` and `other` for tensors that are in none. */
  readonly name: string;
  readonly tensors: number;
  readonly parameters: number;
  /** Tensors in each number format. */
  readonly dtypes: Readonly<Record<string, number>>;
}

/** What a checkpoint consists of, by the names of its tensors. */
export function checkpointComponents(reader: TensorReader, {views}: Checkpoint): ComponentSummary[] {
  const componentOf = new Map(
    Object.entries(views).flatMap(([component, tensors]) =>
      [...tensors.values()].map(({source}): [string, string] => [source, component]),
    ),
  );
  const names = new Map<string, string[]>();
  for (const name of reader.shapes.keys()) {
    const component = componentOf.get(name) ?? restOf(name);
    const own = names.get(component);
    if (own === undefined) names.set(component, [name]);
    else own.push(name);
  }
  return [...names].map(([name, tensors]) => ({
    name,
    tensors: tensors.length,
    parameters: tensors.reduce((sum, tensor) => sum + elementCount(reader.shapes.get(tensor) ?? []), 0),
    dtypes: countEach(tensors.map((tensor) => reader.dtypes.get(tensor) ?? '')),
  }));
}

function restOf(name: string): string {
  return name.startsWith('model_ema.') ? 'running average' : 'other';
}

/** How often each value occurs. */
export function countEach(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
