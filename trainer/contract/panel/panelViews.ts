import * as z from 'zod';
import {ErrorRecord} from '../errors.ts';
import {MergeSetting} from '../config/merge/mergeSetting.ts';
import {Headline} from '../overview/headline.ts';
import {MemoryPeak} from '../run/memoryPeak.ts';
import {PreviewText} from './preview.ts';
import {WeightsRecord} from '../run/pipeline.ts';
import {seenStates} from '../run/records.ts';
import {Report} from '../run/report.ts';
import {stageStates} from '../run/runProgress.ts';
import {TimeLeft} from '../timeLeft.ts';

/** One stage of a run as the panel shows it. */
export const StageView = z.strictObject({
  name: z.string(),
  state: z.enum(stageStates),
  /** How much of it is done, 0 to 1. */
  share: z.number(),
  /** Updates done and wanted; 0 of 0 for a stage that does not train. */
  update: z.int(),
  updates: z.int(),
  secondsPerUpdate: z.number().nullable(),
  /** Of these, those for which the computation waited for data; null where it is not known. */
  secondsWaited: z.number().nullable(),
  /** Null where it cannot be estimated. */
  secondsLeft: z.number().nullable(),
  memory: MemoryPeak.nullable(),
  /** When it last started, in milliseconds since the epoch; null where that is not known. */
  started: z.number().nullable(),
  /** How long it took until it last ended, all attempts together; null where that is not known. */
  seconds: z.number().nullable(),
  /** The run whose result was taken over; null where it was made here. */
  from: z.string().nullable(),
  /** What it does before its first number, for people; null otherwise. */
  phase: z.string().nullable(),
});
export type StageView = z.infer<typeof StageView>;

/** Samples by prompt (rows) and number of the image (columns), whose noise follows from the seed and that number. */
export const PromptGrid = z.strictObject({
  prompts: z.array(z.string()),
  /** One for all prompts, or one for each. */
  negative: z.union([z.string(), z.array(z.string())]),
  guidance: z.number(),
  columns: z.int(),
  seed: z.int(),
});
export type PromptGrid = z.infer<typeof PromptGrid>;

/** A picture with samples of a model; without update where the model is finished. */
export const ImageView = z.strictObject({
  model: z.string(),
  /** What people call the model. */
  title: z.string(),
  update: z.int().nullable(),
  source: z.string(),
  time: z.number(),
  /** How many images it has; absent where that is not known. */
  images: z.int().optional(),
  /** What its rows and columns show; absent for samples without prompts. */
  grid: PromptGrid.optional(),
});
export type ImageView = z.infer<typeof ImageView>;

/** A run as the panel lists it. */
export const RunView = z.strictObject({
  path: z.string(),
  id: z.string(),
  name: z.string(),
  created: z.string(),
  state: z.enum(seenStates),
  /** How it went, or what it is doing. */
  headline: Headline,
  error: ErrorRecord.nullable(),
  progress: z.number(),
  /** Null while that is unknown, and for a run that does not run. */
  left: TimeLeft.nullable(),
  engine: z.string(),
  /** None, nor images, of a run that is neither shown nor compared. */
  stages: z.array(StageView),
  images: z.array(ImageView),
  /** Timesteps [low, high) of each expert; none where the run has no experts of its own. */
  ranges: z.array(z.tuple([z.int(), z.int()])),
  /** Training timesteps T of the model. */
  timesteps: z.int(),
  /** Whether its config has an `evaluate` and a `merge` section. */
  evaluates: z.boolean(),
  merges: z.boolean(),
  /** What its config asks a model with a text encoder to draw; absent where it has no prompts. */
  text: PreviewText.optional(),
  tags: z.array(z.string()),
  note: z.string(),
  /** Scores of its report by model and name, as in `merged.held-out loss`. */
  scores: z.record(z.string(), z.number()),
  /** Time of its newest message, milliseconds since the epoch; null for a run that has said nothing, or was not looked into yet. */
  said: z.number().nullable(),
  /** What makes such a run in a shell. */
  command: z.string(),
  /** Settings by their path in the config, as in `decouple.updates`. */
  settings: z.record(z.string(), z.string()),
});
export type RunView = z.infer<typeof RunView>;

/** What a run has measured; asked for when a tab needs it. */
export const RunDetails = z.strictObject({
  report: Report.nullable(),
  /** Addresses of pictures in the folder of the report, by their names in it. */
  pictures: z.record(z.string(), z.string()),
  weights: WeightsRecord.nullable(),
  /** How the run merges its final experts; null before their weights are settled. Weights of earlier checkpoints are in the search. */
  merge: MergeSetting.nullable(),
  heldOut: z.array(z.strictObject({stage: z.string(), update: z.int(), loss: z.number().nullable()})),
  messages: z.array(
    z.strictObject({
      time: z.number(),
      stage: z.string(),
      level: z.enum(['info', 'warning', 'error']),
      text: z.string(),
    }),
  ),
});
export type RunDetails = z.infer<typeof RunDetails>;

/** The load of the machine where the extension runs. Bytes, and shares from 0 to 1. */
export const SystemUsage = z.strictObject({
  time: z.number(),
  cpuShare: z.number().nullable(),
  cores: z.int(),
  memoryUsed: z.number(),
  memoryTotal: z.number(),
  /** Memory of the processes of the shown run; null where the system does not report it. */
  runMemory: z.number().nullable(),
  gpus: z.array(
    z.strictObject({name: z.string(), share: z.number().nullable(), memoryUsed: z.number(), memoryTotal: z.number()}),
  ),
});
export type SystemUsage = z.infer<typeof SystemUsage>;
