/** A model of a run. `ensemble` routes by timestep between the experts and has no folder of its own. */
export type RunModel =
  | {readonly kind: (typeof singleModels)[number]}
  | {
      readonly kind: 'merged';
      /** Number of a merge that a user saved, from 1; absent: the merge of the pipeline. */
      readonly copy?: number;
    }
  | {
      readonly kind: 'expert';
      /** Counted from 0, lowest timesteps first. */
      readonly index: number;
    };

const singleModels = ['base', 'ordinary', 'ensemble'] as const;

/** `expert-0`, `merged`: what folders, tables and charts call a model. */
export function modelName(model: RunModel): string {
  const number = model.kind === 'expert' ? model.index : model.kind === 'merged' ? model.copy : undefined;
  return number === undefined ? model.kind : `${model.kind}-${number}`;
}

/** The model of a name; null for any other text. */
export function parseModel(name: string): RunModel | null {
  const kind = singleModels.find((single) => single === name);
  if (kind !== undefined) return {kind};
  if (name === 'merged') return {kind: name};
  const at = name.indexOf('-');
  const number = at < 0 ? null : parseIndex(name.slice(at + 1));
  if (number === null) return null;
  const head = name.slice(0, at);
  if (head === 'expert') return {kind: head, index: number};
  return head === 'merged' ? {kind: head, copy: number} : null;
}

/** A whole number from 0 as it is written in names: without a sign or leading zeros. */
export function parseIndex(text: string): number | null {
  const index = Number(text);
  return Number.isSafeInteger(index) && index >= 0 && String(index) === text ? index : null;
}
