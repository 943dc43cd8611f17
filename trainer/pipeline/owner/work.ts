import {cp} from 'node:fs/promises';
import {resolve} from 'node:path';
import type * as z from 'zod';
import type {DemeConfig, EngineChoice} from '../../contract/config/config.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {UserError} from '../../contract/errors.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import type {StageSelection} from '../../contract/run/ownerMessages.ts';
import {PlanRecord, ResolvedConfig, runExperts} from '../../contract/run/pipeline.ts';
import {requireSearchable} from '../../merge/search/search.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {differentSections} from '../graph/configDifference.ts';
import {finishedStages, requireNeeds} from '../graph/finishedStages.ts';
import {resolveConfig} from './resolveConfig.ts';
import type {MachineShare} from '../resources/machineShare.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {selectStages} from '../graph/selectStages.ts';
import {allStages, type PlannedStage} from '../graph/stagePlan.ts';
import {executeRun, createRunOf} from './startRun.ts';

/** What is wanted of a config. */
export interface Wanted {
  readonly configFile: string;
  readonly resolved: ResolvedConfig;
  readonly stages: readonly PlannedStage[];
  /** Asked for instead of the one that the config names. */
  readonly engine?: EngineChoice;
  /** Why that engine, where nobody asked for it. */
  readonly why?: string;
  /** Whether a new run takes over what earlier ones did with the same inputs. */
  readonly reuse: boolean;
  /** What a run gets of the machine; left out: all of it. */
  readonly share?: MachineShare;
}

/** What overrides the config. */
export interface WantedOptions {
  /** Replaces the engine that the config names. */
  readonly engine?: EngineChoice;
  /** Why, as the end of the sentence that the user reads; left out: it was asked for. */
  readonly why?: string;
  /** Do everything again, whatever earlier runs did. */
  readonly fresh?: boolean;
}

/** Stages to execute in a run. */
export interface Work extends Pick<Wanted, 'resolved' | 'stages' | 'reuse' | 'share'> {
  readonly run: RunFolder;
}

/** Reads a config and the part of its work that is meant. Throws UserErrors. */
export async function readWanted(
  configFile: string,
  selection: StageSelection,
  {engine, why, fresh}: WantedOptions = {},
): Promise<Wanted> {
  return wantedOf(configFile, await resolveConfig(configFile), selection, {engine, why, fresh});
}

/** The same of a config that is resolved already. */
export function wantedOf(
  configFile: string,
  given: ResolvedConfig,
  selection: StageSelection,
  {engine, why, fresh = false}: WantedOptions = {},
): Wanted {
  const resolved = withEngine(given, engine);
  const stages = selectStages(resolved.config, configFile, selection);
  requireBaseFor(stages, resolved, configFile);
  requireSearchFor(stages, resolved, configFile);
  return {configFile, resolved, stages, engine, why, reuse: selection.kind === 'pipeline' && !fresh};
}

/** The work in a new run, whose folder is made; `onEngine` receives which engine it gets and why. */
export async function workInNewRun(
  {configFile, resolved, stages, why, reuse, share}: Wanted,
  onEngine: (engine: EngineInfo) => void,
): Promise<Work> {
  requireNeeds(stages, new Set());
  const run = await createRunOf(configFile, resolved, stages, onEngine, {why, share});
  return {run, resolved, stages, reuse, share};
}

/** The work in a run that was made before from the same settings. Throws a UserError where they differ. */
export async function workInRun({configFile, resolved, stages, engine, share}: Wanted, run: RunFolder): Promise<Work> {
  const own = await readResolved(run);
  requireSameConfig(configFile, resolved.config, own.config);
  requireSameEngine(run, engine);
  requireNeeds(stages, new Set((await finishedStages(run.path, stages)).keys()));
  return {run, resolved: own, stages, reuse: false, share};
}

/** What was asked last of a run that was stopped, failed or lost. */
export async function unfinishedWork(run: RunFolder): Promise<Work> {
  const resolved = await readResolved(run);
  const hint = `Say again what is wanted, as in \`deme run ${run.record.config} --resume ${run.record.id}\`.`;
  const plan = await readWithHint(runPaths.plan(run.path), PlanRecord, 'the plan of the run', hint);
  const stages = allStages(resolved.config).filter(({name}) => plan.stages.includes(name));
  return {run, resolved, stages, reuse: false};
}

/** Carries the work out, and copies the report to the folder that the config names. */
export async function runWork(
  {run, resolved, stages, reuse, share}: Work,
  onEvent: (event: RunEvent) => void,
): Promise<'done' | 'stopped'> {
  const outcome = await executeRun(run, {resolved, stages, reuse, share, onEvent});
  if (outcome === 'done' && stages.some(({stage}) => stage.kind === 'report')) await publishReport(run, resolved);
  return outcome;
}

/** The config that a run was made from. */
export async function readResolved({path, record}: RunFolder): Promise<ResolvedConfig> {
  const hint = `\`deme run ${record.config}\` makes a new run, and takes over the stages that this one has finished.`;
  return readWithHint(runPaths.config(path), ResolvedConfig, 'the config of the run', hint);
}

/** A file of a run; the error for one that is damaged or gone says how to do without it. */
async function readWithHint<T extends z.ZodType>(where: string, schema: T, what: string, hint: string) {
  return readJson(where, schema, what).catch((cause: unknown) => {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(cause.code, cause.message, {where, hint, cause});
  });
}

/** Copies the report of a run to where its config says. */
export async function publishReport(run: RunFolder, {config, folder}: ResolvedConfig): Promise<void> {
  if (config.report === undefined) return;
  await cp(runPaths.report(run.path), resolve(folder, config.report), {recursive: true});
}

/** So that what no search can do is told before the trainings. */
function requireSearchFor(stages: readonly PlannedStage[], {config}: ResolvedConfig, where: string): void {
  const search = config.merge?.search;
  if (search === undefined || !stages.some(({stage}) => stage.kind === 'search')) return;
  requireSearchable(search, runExperts(config), where);
}

function requireBaseFor(stages: readonly PlannedStage[], {baseFolder}: ResolvedConfig, where: string): void {
  if (baseFolder !== null || stages.every(({stage}) => stage.kind === 'pretrain')) return;
  const hint = 'Train one with `deme pretrain` and name its folder as base.';
  throw new UserError('base-missing', 'The config names no base model to start from.', {where, hint});
}

function requireSameConfig(configFile: string, given: DemeConfig, own: DemeConfig): void {
  const different = differentSections(given, own);
  if (different.length === 0) return;
  throw new UserError(
    'config-changed',
    `The config is not that of the run any more: ${different.join(', ')} changed.`,
    {
      where: configFile,
      hint: 'Start a new run without --resume, or continue with the old config by `deme resume`.',
    },
  );
}

/** All numbers of a run come from one engine. */
function requireSameEngine({path, record}: RunFolder, wanted: EngineChoice | undefined): void {
  const {name} = record.engine;
  if (wanted === undefined || wanted === 'auto' || wanted === name) return;
  throw new UserError(
    'engine-fixed',
    `The run was started with the engine ${name} and cannot continue with ${wanted}.`,
    {
      where: path,
      hint: 'Leave --engine out, or start a new run.',
    },
  );
}

function withEngine(resolved: ResolvedConfig, name: EngineChoice | undefined): ResolvedConfig {
  if (name === undefined) return resolved;
  const {config} = resolved;
  return {...resolved, config: {...config, engine: {...config.engine, name}}};
}
