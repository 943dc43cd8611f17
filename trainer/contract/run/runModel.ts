import {BaselineName} from '../config/baselines.ts';

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
    }
  | {
      readonly kind: 'baseline';
      /** As the config calls it. */
      readonly name: string;
    };

const singleModels = ['base', 'ordinary', 'ensemble'] as const;

/** `expert-0`, `merged`, `baseline-min-snr`: what folders, tables and charts call a model. */
export function modelName(model: RunModel): string {
  if (model.kind === 'baseline') return `${model.kind}-${model.name}`;
  const number = model.kind === 'expert' ? model.index : model.kind === 'merged' ? model.copy : undefined;
  return number === undefined ? model.kind : `${model.kind}-${number}`;
}

/** The model of a name; null for any other text. */
export function parseModel(name: string): RunModel | null {
  const kind = singleModels.find((single) => single === name);
  if (kind !== undefined) return {kind};
  if (name === 'merged') return {kind: name};
  const at = name.indexOf('-');
  if (name.slice(0, at) === 'baseline') return parseBaseline(name.slice(at + 1));
  const number = at < 0 ? null : parseIndex(name.slice(at + 1));
  if (number === null) return null;
  const head = name.slice(0, at);
  if (head === 'expert') return {kind: head, index: number};
  return head === 'merged' ? {kind: head, copy: number} : null;
}

/** The baseline of a name; null for a text that none can have. */
export function parseBaseline(name: string): (RunModel & {readonly kind: 'baseline'}) | null {
  return BaselineName.safeParse(name).success ? {kind: 'baseline', name} : null;
}

/** A whole number from 0 as it is written in names: without a sign or leading zeros. */
export function parseIndex(text: string): number | null {
  const index = Number(text);
  return Number.isSafeInteger(index) && index >= 0 && String(index) === text ? index : null;
}
