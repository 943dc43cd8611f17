import {cp} from 'node:fs/promises';
import {resolve} from 'node:path';
import type {DemeConfig, EngineChoice} from '../contract/config.ts';
import {UserError} from '../contract/errors.ts';
import {PlanRecord, ResolvedConfig} from '../contract/pipeline.ts';
import {differentSections} from '../pipeline/configDifference.ts';
import {finishedStages, requireNeeds} from '../pipeline/finishedStages.ts';
import {resolveConfig} from '../pipeline/resolveConfig.ts';
import {runPaths} from '../pipeline/runPaths.ts';
import {planStages, pretrainStages, type PlannedStage} from '../pipeline/stagePlan.ts';
import {carryOut, createRunOf} from '../pipeline/startRun.ts';
import {readJson} from '../store/jsonFile.ts';
import type {RunFolder} from '../store/runFolder.ts';
import {findRun} from './findRun.ts';
import type {ExitCode} from './outcome.ts';
import {jsonView, textView} from './progressView.ts';
import {summaryLines} from './runSummary.ts';

export interface RunOptions {
  json?: boolean;
  engine?: EngineChoice;
  resume?: string;
}

/** Which stages of a config a verb carries out; throws a UserError where the config has none of them. */
export type Selection = (config: DemeConfig, configFile: string) => readonly PlannedStage[];

/** Carries out stages of a config in a new run, or in the one that `--resume` names, and shows how it goes. */
export async function startRun(configFile: string, options: RunOptions, select: Selection): Promise<ExitCode> {
  const resolved = withEngine(await resolveConfig(configFile), options.engine);
  const stages = requireWork(select(resolved.config, configFile), resolved, configFile);
  if (options.resume !== undefined) return continueRun(configFile, resolved, stages, options.resume, options);
  requireNeeds(stages, new Set());
  const run = await createRunOf(configFile, resolved, stages, ({reason}) => {
    if (!options.json) process.stdout.write(`Engine: ${reason}\n`);
  });
  return follow(run, resolved, stages, options);
}

/** Goes on with what was asked of a run that was stopped, failed or lost. */
export async function resumeRun(run: RunFolder, options: Pick<RunOptions, 'json'>): Promise<ExitCode> {
  const resolved = await readResolved(run);
  const plan = await readJson(runPaths.plan(run.path), PlanRecord, 'the plan of the run');
  const stages = [...pretrainStages, ...planStages(resolved.config)].filter(({name}) => plan.stages.includes(name));
  return follow(run, resolved, stages, options);
}

async function continueRun(
  configFile: string,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
  wanted: string,
  options: RunOptions,
): Promise<ExitCode> {
  const run = await findRun(wanted, resolve(resolved.folder, resolved.config.output));
  const own = await readResolved(run);
  requireSameConfig(configFile, resolved.config, own.config);
  requireSameEngine(run, options.engine);
  requireNeeds(stages, new Set((await finishedStages(run.path, stages)).keys()));
  return follow(run, own, stages, options);
}

async function follow(
  run: RunFolder,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
  {json = false}: Pick<RunOptions, 'json'>,
): Promise<ExitCode> {
  const view = json ? jsonView(process.stdout) : textView(process.stdout);
  const {id, engine} = run.record;
  process.stdout.write(json ? `${JSON.stringify({run: run.path, id, engine})}\n` : `Run folder: ${run.path}\n`);
  const outcome = await carryOut(run, resolved, stages, (event) => view.show(event)).finally(() => view.close());
  if (outcome === 'done' && stages.some(({name}) => name === 'report')) await publishReport(run, resolved);
  if (!json) process.stdout.write((await summaryLines(run, outcome, stages)).map((line) => `${line}\n`).join(''));
  return outcome === 'done' ? 0 : 130;
}

/** Copies the report to the folder that the config names. */
async function publishReport(run: RunFolder, {config, folder}: ResolvedConfig): Promise<void> {
  if (config.report === undefined) return;
  await cp(runPaths.report(run.path), resolve(folder, config.report), {recursive: true});
}

async function readResolved(run: RunFolder): Promise<ResolvedConfig> {
  return readJson(runPaths.config(run.path), ResolvedConfig, 'the config of the run');
}

function requireWork(
  stages: readonly PlannedStage[],
  {baseFolder}: ResolvedConfig,
  where: string,
): readonly PlannedStage[] {
  if (stages.length === 0) {
    const hint = 'Add a decouple, merge or evaluate section (`deme pretrain` is for one with pretrain).';
    throw new UserError('nothing-to-do', 'The config asks for nothing that this verb does.', {where, hint});
  }
  if (baseFolder !== null || stages === pretrainStages) return stages;
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
      hint: 'Start a new run without --resume, or go on with the old config by `deme resume`.',
    },
  );
}

/** All numbers of a run come from one engine. */
function requireSameEngine({path, record}: RunFolder, wanted: EngineChoice | undefined): void {
  const {name} = record.engine;
  if (wanted === undefined || wanted === 'auto' || wanted === name) return;
  throw new UserError('engine-fixed', `The run was begun with the engine ${name} and cannot go on with ${wanted}.`, {
    where: path,
    hint: 'Leave --engine out, or start a new run.',
  });
}

function withEngine(resolved: ResolvedConfig, name: EngineChoice | undefined): ResolvedConfig {
  if (name === undefined) return resolved;
  const {config} = resolved;
  return {...resolved, config: {...config, engine: {...config.engine, name}}};
}
