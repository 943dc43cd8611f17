import * as z from 'zod';
import {engineNames} from '../config/config.ts';
import {launcherNames} from '../config/launchConfig.ts';
import {ErrorRecord} from '../errors.ts';
import {RunEvent} from './events.ts';

/** Which part of a config's work is meant. */
export const StageSelection = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('pipeline')}),
  z.strictObject({
    kind: z.literal('finetune'),
    /** Only the expert of this range, counted from 0; left out: all of them. */
    range: z.int().min(0).optional(),
  }),
  z.strictObject({kind: z.literal('search')}),
  /** With the search of the weights that it needs. */
  z.strictObject({kind: z.literal('merge')}),
  z.strictObject({kind: z.literal('evaluate')}),
  z.strictObject({kind: z.literal('pretrain')}),
]);
export type StageSelection = z.infer<typeof StageSelection>;

/** What an extended training does where its schedule would raise the learning rate: keep that of its last update, or follow the schedule. */
export const ExtendedRate = z.enum(['keep', 'schedule']);
export type ExtendedRate = z.infer<typeof ExtendedRate>;

/** The one line that a process receives which is to own a run. All paths are absolute. */
export const OwnerRequest = z.discriminatedUnion('action', [
  /**
   * Work of a config: the whole pipeline and a pretraining in a new run; else in the newest run that was made from the same settings,
   * is not being carried out and lacks some of that work, or in a new one where there is none.
   */
  z.strictObject({
    action: z.literal('start'),
    config: z.string(),
    selection: StageSelection,
    /** Instead of the engine that the config names. */
    engine: z.enum(engineNames).optional(),
    /** Why that engine, as `AskedEngine` has it. */
    why: z.string().optional(),
    /** Compute everything again, even what earlier runs did with the same inputs. */
    fresh: z.boolean().optional(),
    /** Instead of what the config says. */
    launcher: z.enum(launcherNames).optional(),
  }),
  /** Continue the last work of a run that was stopped, failed or lost. */
  z.strictObject({
    action: z.literal('resume'),
    run: z.string(),
    /** Updates of each training in all, to train longer than the run was made for; also for a run that is done. */
    updates: z.int().min(1).optional(),
    /** Only with `updates`. */
    learningRate: ExtendedRate.optional(),
    /** Instead of what the run had. */
    launcher: z.enum(launcherNames).optional(),
  }),
]);
export type OwnerRequest = z.infer<typeof OwnerRequest>;

/** One line that the owner of a run sends to the process that started it. Nothing depends on its arrival: the run folder says the same. */
export const OwnerMessage = z.discriminatedUnion('type', [
  /** The request has arrived. */
  z.strictObject({type: z.literal('ready')}),
  /** Which engine a new run gets, and why. */
  z.strictObject({type: z.literal('engine'), reason: z.string()}),
  /** The folder is there, and the work begins. */
  z.strictObject({type: z.literal('created'), run: z.string(), id: z.string()}),
  z.strictObject({type: z.literal('event'), event: RunEvent}),
  /** Nothing was begun. */
  z.strictObject({type: z.literal('refused'), error: ErrorRecord}),
  z.strictObject({
    type: z.literal('ended'),
    /** `launched`: the stages of the run are jobs of a scheduler by now, and need no process here. */
    outcome: z.enum(['done', 'stopped', 'failed', 'launched']),
    /** Why it failed. */
    error: ErrorRecord.optional(),
  }),
]);
export type OwnerMessage = z.infer<typeof OwnerMessage>;
