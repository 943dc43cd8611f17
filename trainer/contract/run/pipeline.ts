import * as z from 'zod';
import {sha256} from '../sha256.ts';
import {DemeConfig, expertCount} from '../config/config.ts';
import {equalEdges} from '../config/rangeEdges.ts';
import {PathInside} from './pathInside.ts';
import {SearchResult} from './report.ts';
import {RunId} from './runId.ts';
import type {RunModel} from './runModel.ts';
import {StageName} from './stage.ts';

/** `config.json` of a run: the config with all defaults, and where its relative paths start. */
export const ResolvedConfig = z.strictObject({
  folder: z.string(),
  baseFolder: z.string().nullable(),
  config: DemeConfig,
});
export type ResolvedConfig = z.infer<typeof ResolvedConfig>;

/** `plan.json` of a run: the stages that were asked for last, which `deme resume` continues with. */
export const PlanRecord = z.strictObject({stages: z.array(StageName)});
export type PlanRecord = z.infer<typeof PlanRecord>;

/** All that the result of a stage depends on: JSON text by dotted path, as in `merge.search.budget` or `base.weights`. */
export const StageInputs = z.record(z.string(), z.string());
export type StageInputs = z.infer<typeof StageInputs>;

/** `stages/<stage>.json`: written when a stage is done; its presence is what a resumed run skips by. */
export const StageRecord = z.strictObject({
  stage: StageName,
  seconds: z.number(),
  finished: z.iso.datetime(),
  /** SHA-256 over the inputs. */
  key: sha256.optional(),
  inputs: StageInputs.optional(),
  /** SHA-256 of each file that it left, by its path in the run. */
  outputs: z.record(PathInside, sha256).optional(),
  /** The run that did the work, where its result was reused. */
  from: RunId.optional(),
});
export type StageRecord = z.infer<typeof StageRecord>;

/** `search.json`: result of the search stage, or the weights of the config. */
export const WeightsRecord = z.strictObject({weights: z.array(z.number()), search: SearchResult.nullable()});
export type WeightsRecord = z.infer<typeof WeightsRecord>;

/** `evaluations/<model>/losses.json`: held-out loss of every (image, range, draw), in that order. */
export const LossRecord = z.strictObject({
  ranges: z.array(z.tuple([z.int(), z.int()])),
  images: z.int(),
  timestepsPerRange: z.int(),
  /** Checked as a whole: one mistake in the longest list of a run is one issue, not a million. */
  values: z.custom<number[]>(
    (value) => Array.isArray(value) && value.every((item) => typeof item === 'number'),
    'not a list of numbers',
  ),
});
export type LossRecord = z.infer<typeof LossRecord>;

/** Number of experts of a run, trained here or given. */
export function runExperts(config: DemeConfig): number {
  if (config.experts) return config.experts.length;
  return config.decouple ? expertCount(config.decouple) : 0;
}

/** Experts of a run, trained here or given. */
export function expertModels(config: DemeConfig): (RunModel & {readonly kind: 'expert'})[] {
  return Array.from({length: runExperts(config)}, (_, index) => ({kind: 'expert', index}));
}

/** Ordinary finetunes of a run by other methods. */
export function baselineModels({baselines = {}}: DemeConfig): (RunModel & {readonly kind: 'baseline'})[] {
  return Object.keys(baselines).map((name) => ({kind: 'baseline', name}));
}

/** Models of a run, in the order in which tables show them. */
export function runModels(config: DemeConfig): RunModel[] {
  const experts = expertModels(config);
  return [
    {kind: 'base'},
    ...(config.ordinary ? [{kind: 'ordinary'} as const] : []),
    ...baselineModels(config),
    ...(experts.length > 0 ? [...experts, {kind: 'ensemble'} as const, {kind: 'merged'} as const] : []),
  ];
}

/** Models of a run that its evaluation measures and draws. */
export function evaluatedModels(config: DemeConfig): RunModel[] {
  const {evaluate, merge} = config;
  if (evaluate === undefined) return [];
  const left = [...(evaluate.experts === false ? ['expert'] : []), ...(merge === undefined ? ['merged'] : [])];
  return runModels(config).filter(({kind}) => !left.includes(kind));
}

/**
 * The timesteps [low, high) of each expert, as far as a config says them: its edges, the ranges of given experts, or equal ones where the
 * timesteps of the schedule are known.
 */
export function configRanges(config: DemeConfig, timesteps: number | null): [number, number][] | null {
  const given = config.experts?.map(({range}) => range);
  if (given?.every((range) => range !== undefined)) return given;
  const edges = config.decouple?.edges ?? (timesteps === null ? null : equalEdges(runExperts(config), timesteps));
  return edges && edges.slice(1).map((high, i) => [edges[i] ?? 0, high]);
}
