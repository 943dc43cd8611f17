import * as z from 'zod';
import {modelName, parseBaseline, parseIndex, parseModel, type RunModel} from './runModel.ts';

/** Name of a stage. Files and folders of a run are called after it, so it must not contain a path. */
export const StageName = z.string().regex(/^[A-Za-z0-9][\w-]{0,63}$/, 'not the name of a stage');

/** What distinguishes stages of one kind. */
interface StageSubjects {
  pretrain: unknown;
  ordinary: unknown;
  baseline: {
    /** As the config calls it. */
    readonly name: string;
  };
  expert: {
    /** The timestep range, counted from 0. */
    readonly index: number;
  };
  search: unknown;
  merge: unknown;
  reference: unknown;
  draw: {
    readonly model: RunModel;
    /** Which part of the images, counted from 0. */
    readonly shard: number;
  };
  evaluate: {readonly model: RunModel};
  report: unknown;
}

export type StageKind = keyof StageSubjects;
/** A stage of one of these kinds. */
export type StageOf<K extends StageKind> = {[P in K]: {readonly kind: P} & StageSubjects[P]}[K];
/** A step of the pipeline, run by a process of its own. */
export type Stage = StageOf<StageKind>;

interface KindNaming<K extends StageKind> {
  /** What follows the kind in the name, after a hyphen; null: nothing does. */
  suffix(stage: StageOf<K>): string | null;
  /** What such a suffix stands for; null: no stage has it. */
  parse(suffix: string | null): StageSubjects[K] | null;
  /** The model that a stage leaves in the run folder. */
  makes(stage: StageOf<K>): RunModel | null;
}

type SingleKind = {[K in StageKind]: unknown extends StageSubjects[K] ? K : never}[StageKind];

/** A kind of which a run has one stage at most. */
function single<K extends SingleKind>(makes: RunModel | null): KindNaming<K> {
  return {suffix: () => null, parse: (suffix) => (suffix === null ? {} : null), makes: () => makes};
}

const kinds: {readonly [K in StageKind]: KindNaming<K>} = {
  pretrain: single({kind: 'base'}),
  ordinary: single({kind: 'ordinary'}),
  baseline: {
    suffix: ({name}) => name,
    parse: (suffix) => parseBaseline(suffix ?? ''),
    makes: ({name}) => ({kind: 'baseline', name}),
  },
  expert: {
    suffix: ({index}) => String(index),
    parse(suffix) {
      const index = parseIndex(suffix ?? '');
      return index === null ? null : {index};
    },
    makes: ({index}) => ({kind: 'expert', index}),
  },
  search: single(null),
  merge: single({kind: 'merged'}),
  reference: single(null),
  draw: {
    suffix: ({model, shard}) => `${modelName(model)}-${shard}`,
    parse(suffix) {
      const at = suffix?.lastIndexOf('-') ?? -1;
      const [model, shard] = [parseModel(suffix?.slice(0, at) ?? ''), parseIndex(suffix?.slice(at + 1) ?? '')];
      return at < 0 || model === null || shard === null ? null : {model, shard};
    },
    makes: () => null,
  },
  evaluate: {
    suffix: ({model}) => modelName(model),
    parse(suffix) {
      const model = parseModel(suffix ?? '');
      return model && {model};
    },
    makes: () => null,
  },
  report: single(null),
};

/** `expert-0`, `evaluate-merged`, `draw-merged-3`, `search`: the name under which a stage is recorded and reported. */
export function stageName<K extends StageKind>(stage: StageOf<K>): string {
  const suffix = kinds[stage.kind].suffix(stage);
  return suffix === null ? stage.kind : `${stage.kind}-${suffix}`;
}

/** The stage of a name; null for one that this version does not know, and for `run`, as whose events the owner of a run reports. */
export function parseStage(name: string): Stage | null {
  const at = name.indexOf('-');
  const kind = at < 0 ? name : name.slice(0, at);
  return isKind(kind) ? ofKind(kind, at < 0 ? null : name.slice(at + 1)) : null;
}

function isKind(text: string): text is StageKind {
  return Object.hasOwn(kinds, text);
}

function ofKind<K extends StageKind>(kind: K, suffix: string | null): Stage | null {
  const subject = kinds[kind].parse(suffix);
  return subject === null ? null : ({kind, ...subject} as Stage);
}

/** The stage that leaves a model in the run folder; null for one that no stage makes. */
export function makerOf(model: RunModel): Stage | null {
  switch (model.kind) {
    case 'base':
      return {kind: 'pretrain'};
    case 'ordinary':
      return {kind: 'ordinary'};
    case 'expert':
    case 'baseline':
      return model;
    case 'merged':
      return model.copy === undefined ? {kind: 'merge'} : null;
    case 'ensemble':
      return null;
  }
}

/** The model that a stage leaves in `models/` of its run; null for one that makes none. */
export function modelMadeBy<K extends StageKind>(stage: StageOf<K>): RunModel | null {
  return kinds[stage.kind].makes(stage);
}
