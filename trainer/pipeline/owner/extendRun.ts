import {rm} from 'node:fs/promises';
import {UserError} from '../../contract/errors.ts';
import type {ExtendedRate} from '../../contract/run/ownerMessages.ts';
import {PlanRecord, ResolvedConfig} from '../../contract/run/pipeline.ts';
import {parseStage} from '../../contract/run/stage.ts';
import {readJson, writeJsonAtomic} from '../../store/files/jsonFile.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {requireEnded} from '../launch/requireEnded.ts';
import {finishedStages} from '../graph/finishedStages.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {isTraining, planStages, type PlannedStage} from '../graph/stagePlan.ts';
import {extendedTraining, settleRates} from './extendedRates.ts';
import {whileOwned} from './startRun.ts';
import {readResolved, type Work} from './work.ts';

/** How a run is extended. */
export interface Extension {
  /** Updates of each training in all. */
  readonly updates: number;
  /** Left out: refused where a schedule would raise the learning rate. */
  readonly learningRate?: ExtendedRate;
}

/**
 * Raises the updates of a run that no process owns, and returns what is to be done then: its trainings resume from their checkpoints, and
 * everything computed from them is computed again. Throws a UserError where there is nothing to extend, or a choice is missing.
 */
export async function extendRun(run: RunFolder, {updates, learningRate}: Extension): Promise<Work> {
  return whileOwned(run.path, async () => {
    await requireEnded(run.path);
    const before = await readResolved(run);
    const plan = await readJson(runPaths.plan(run.path), PlanRecord, 'the plan of the run');
    const isPretraining = plan.stages.some((name) => parseStage(name)?.kind === 'pretrain');
    const section = isPretraining ? 'pretrain' : 'decouple';
    const resolved = withUpdates(before, section, updates, run);
    const all = planStages(resolved.config, isPretraining ? 'pretrain' : 'pipeline');
    const done = await finishedStages(run.path, all);
    const stages = all.filter(({name}) => plan.stages.includes(name) || done.has(name));
    const stale = staleStages(stages);
    const trainings = await Promise.all(
      stages.filter(isTraining).map((stage) => extendedTraining(run.path, stage, before.config, resolved.config)),
    );
    await settleRates(
      trainings.filter((training) => training !== null),
      learningRate,
    );
    const record: PlanRecord = {stages: stages.map(({name}) => name)};
    // Killed in between, the run is one whose stages are not all done, and can be extended again.
    await writeJsonAtomic(runPaths.plan(run.path), record);
    for (const name of stale) await rm(runPaths.stage(run.path, name), {force: true});
    await writeJsonAtomic(runPaths.config(run.path), resolved);
    return {run, resolved, stages, reuse: false};
  });
}

function withUpdates(
  resolved: ResolvedConfig,
  section: 'pretrain' | 'decouple',
  updates: number,
  {path, record}: RunFolder,
): ResolvedConfig {
  const {config} = resolved;
  const training = config[section];
  if (training === undefined) {
    throw new UserError('nothing-to-extend', `The run ${record.id} trains nothing.`, {where: path});
  }
  if (updates <= training.updates) {
    throw new UserError('updates-not-more', `The run ${record.id} makes ${training.updates} updates already.`, {
      where: path,
      hint: 'Give a larger number: it counts the updates in all, not those to add.',
    });
  }
  return ResolvedConfig.parse({...resolved, config: {...config, [section]: {...training, updates}}});
}

/** The trainings, and whatever needs one of them. */
function staleStages(stages: readonly PlannedStage[]): Set<string> {
  const stale = new Set(stages.filter(isTraining).map(({name}) => name));
  for (let size = -1; size !== stale.size;) {
    size = stale.size;
    for (const {name, needs} of stages) if (needs.some((need) => stale.has(need))) stale.add(name);
  }
  return stale;
}
