import * as z from 'zod';
import {LaunchConfig} from '../config/launchConfig.ts';
import {StageName} from '../run/stage.ts';

/** `launch.json` of a run whose stages are jobs of a scheduler: how they were submitted last. A run without it has an owner process. */
export const LaunchRecord = z.strictObject({
  format: z.literal(1).default(1),
  /** Of this submission; the names of its jobs begin with it. */
  id: z.string().regex(/^[0-9a-f]{12}$/),
  submitted: z.iso.datetime(),
  /** As they were sent. */
  launch: LaunchConfig,
  /** Whether the first job takes over what earlier runs did with the same inputs. */
  reuse: z.boolean(),
  /** Stages that a job of another run carries out for several, by name: the folder of that run. */
  shared: z.record(StageName, z.string()).default({}),
});
export type LaunchRecord = z.infer<typeof LaunchRecord>;

/** One line of `jobs.jsonl`: what was about to be submitted, and what came of it. Killed in between, the job is found by its name. */
export const JobLine = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('intent'),
    time: z.number(),
    /** Of the submission. */
    launch: z.string(),
    /** Of the job. */
    name: z.string(),
    script: z.string(),
    arguments: z.array(z.string()),
    /** Number within the array for each stage; null: the job is no array. */
    tasks: z.record(StageName, z.int().min(0).nullable()),
  }),
  z.strictObject({type: z.literal('submitted'), time: z.number(), name: z.string(), id: z.string().regex(/^\d+$/)}),
  z.strictObject({type: z.literal('refused'), time: z.number(), name: z.string(), message: z.string()}),
]);
export type JobLine = z.infer<typeof JobLine>;
