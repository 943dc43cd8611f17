import * as z from 'zod';
import {ProjectionMode} from '../model/projectionMode.ts';
import {weightsFormats} from '../model/weightsFormat.ts';
import {sha256} from '../sha256.ts';
import {EngineInfo} from '../engine/engineInfo.ts';
import {ErrorRecord} from '../errors.ts';
import {MergeMethod} from '../config/merge/mergeMethod.ts';
import {MergeRule} from '../config/merge/mergeRule.ts';
import {Precision} from '../config/precision.ts';
import {PathInside} from './pathInside.ts';
import {ProcessIdentity} from './processIdentity.ts';
import {ExperimentName, RunId} from './runId.ts';
import {TimeLeft} from '../timeLeft.ts';

/** `deme.json` beside the weights of each model that this project writes: what stock diffusers configs cannot say. */
export const ModelRecord = z.strictObject({
  format: z.literal(1).default(1),
  role: z.enum(['base', 'expert', 'snapshot', 'ordinary', 'merged']),
  /** SHA-256 of the weights file of the base that the model was finetuned from (of its own base for a merged model). */
  base: sha256.optional(),
  /** Timesteps [low, high) of an expert, or of the expert that a snapshot was made of. */
  range: z.tuple([z.int(), z.int()]).optional(),
  projection: ProjectionMode.default('off'),
  predictionType: z.string().optional(),
  /** SHA-256 over the cumulative products of alpha as float32. */
  schedule: sha256.optional(),
  updates: z.int().optional(),
  seed: z.int().optional(),
  /** Number format that its training computed in; absent: f32. */
  precision: Precision.optional(),
  /** What the inputs of a merge did not record, so that nobody could check it. */
  warnings: z.array(z.string()).optional(),
});
export type ModelRecord = z.infer<typeof ModelRecord>;

/** Number formats of merged tensors; `base`: of each the one that it has in the base. */
export const mergeFormats = [...weightsFormats, 'base'] as const;

/** `merge.json` beside merged weights, and `deme.merge` in the metadata of their file: how to make them again, byte for byte. */
export const MergeRecord = z.strictObject({
  format: z.literal(2).default(2),
  tool: z.string(),
  method: MergeMethod,
  dtype: z.enum(mergeFormats),
  base: z.strictObject({name: z.string(), sha256}),
  experts: z.array(
    z.strictObject({name: z.string(), sha256, range: z.tuple([z.int(), z.int()]).optional(), weight: z.number()}),
  ),
  /** With the number of tensors that each took. */
  rules: z.array(z.strictObject({...MergeRule.shape, tensors: z.int()})).optional(),
  /** The projections were folded into the convolutions before them, so that the result is a stock model. */
  folded: z.boolean().optional(),
  warnings: z.array(z.string()),
});
export type MergeRecord = z.infer<typeof MergeRecord>;

export const runStates = ['running', 'paused', 'stopping', 'stopped', 'failed', 'done'] as const;
/** Those that a reader sees: also `queued`, all of whose jobs wait for a scheduler, `lost`, whose process has ended without a word, and `new`, whose owner has written none. */
export const seenStates = [...runStates, 'queued', 'lost', 'new'] as const;
export type SeenState = (typeof seenStates)[number];

/** `run.json`: what a run is; written once. */
export const RunRecord = z.strictObject({
  format: z.literal(1).default(1),
  id: RunId,
  name: ExperimentName,
  tool: z.string(),
  created: z.iso.datetime(),
  /** The config file it came from, as given. */
  config: z.string(),
  engine: EngineInfo.omit({reason: true}),
  /** The engine is only what the config wishes, until the first job of the run finds it out on its node. */
  unsettled: z.literal(true).optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** `state.json`: who owns the run and how it goes; rewritten at every heartbeat. */
export const StateRecord = z.strictObject({
  state: z.enum(runStates),
  /** The owning process, so that a recycled pid is recognised. */
  ...ProcessIdentity.shape,
  heartbeat: z.number(),
  stage: z.string(),
  /** 0..1 over the whole pipeline. */
  progress: z.number().min(0).max(1),
  /** While it runs and something is known of its pace; absent in states of older builds. */
  left: TimeLeft.optional(),
  error: ErrorRecord.optional(),
});
export type StateRecord = z.infer<typeof StateRecord>;

/**
 * `control.json`: what another process asks of the run. `stop` has it write checkpoints and end; `kill` has it end at once, and marks a run
 * whose process was killed afterwards as stopped instead of lost.
 */
export const ControlRecord = z.strictObject({command: z.enum(['stop', 'kill', 'pause', 'resume'])});
export type ControlRecord = z.infer<typeof ControlRecord>;

/** The logarithm of the uncertainty of a cluster of timesteps, its moments, and the steps that it has made. */
export const ClusterScale = z.strictObject({
  scale: z.number(),
  first: z.number(),
  second: z.number(),
  steps: z.int().min(0),
});
export type ClusterScale = z.infer<typeof ClusterScale>;

/** What a training in f16 multiplies its loss by, the updates in a row that it has made with it, and those that it has left out in all. */
export const LossScaleRecord = z.strictObject({
  scale: z.number().positive(),
  good: z.int().min(0),
  skipped: z.int().min(0),
});
export type LossScaleRecord = z.infer<typeof LossScaleRecord>;

/** `checkpoint.json`: one training checkpoint; the tensors lie in safetensors files beside it. */
export const CheckpointRecord = z.strictObject({
  format: z.literal(1).default(1),
  /** Optimizer updates done. All random draws are functions of (seed, update, micro-batch), so this is also the RNG and data position. */
  update: z.int(),
  /** Updates that the training was to make in all, which its learning rate depends on. */
  updates: z.int().optional(),
  seed: z.int(),
  dataFingerprint: z.string(),
  /** Of each cluster, where the weights of the loss are learned. */
  scales: z.array(ClusterScale).optional(),
  /** Of a training in f16. */
  lossScale: LossScaleRecord.optional(),
  /** SHA-256 of each file of the checkpoint. */
  files: z.record(PathInside, sha256),
});
export type CheckpointRecord = z.infer<typeof CheckpointRecord>;

/** `best` beside the checkpoints of a training: the one with the lowest held-out loss so far, which no clean-up removes. */
export const BestRecord = z.strictObject({format: z.literal(1).default(1), update: z.int(), loss: z.number()});
export type BestRecord = z.infer<typeof BestRecord>;

/**
 * `course.json` beside the checkpoints of a training that departed from its config: what else its learning rates depend on,
 * so that continuing from any of the checkpoints makes the same updates.
 */
export const TrainingHistoryRecord = z.strictObject({
  format: z.literal(1).default(1),
  /**
   * Up to update `until`, the training was to make `updates` in all; rising. With `hold`, the updates behind it have the learning rate of the
   * last one before it.
   */
  extensions: z.array(z.strictObject({until: z.int(), updates: z.int(), hold: z.literal(true).optional()})).default([]),
  /** Behind update `from`, the learning rate is that of the schedule times `factor`; each after a loss that was not finite. */
  retries: z.array(z.strictObject({from: z.int(), factor: z.number(), diverged: z.int()})).default([]),
});
export type TrainingHistoryRecord = z.infer<typeof TrainingHistoryRecord>;
