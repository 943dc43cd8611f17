import {nullForUserError, UserError} from '../../contract/errors.ts';
import type {StageRecord} from '../../contract/run/pipeline.ts';
import {readStageRecord} from '../../store/run/stageRecord.ts';
import {partOf, type PlannedStage, type StageNode} from './stagePlan.ts';

/**
 * The records of the stages of a run that are done, by name: of those given and of those that they need. A stage whose record is damaged
 * counts as not done.
 */
export async function finishedStages(run: string, stages: readonly StageNode[]): Promise<Map<string, StageRecord>> {
  const finished = new Map<string, StageRecord>();
  for (const name of new Set(stages.flatMap((stage) => [stage.name, ...stage.needs]))) {
    const record = await readStageRecord(run, name).catch(nullForUserError);
    if (record !== null) finished.set(name, record);
  }
  return finished;
}

/** Names of the stages that are not to be done (again): those that are done, and parts of a result that is there. */
export function settledStages(stages: readonly PlannedStage[], finished: Iterable<string>): Set<string> {
  const settled = new Set(finished);
  for (const stage of stages) if (settled.has(partOf(stage) ?? '')) settled.add(stage.name);
  return settled;
}

/** Throws a UserError where a stage needs another that is neither done nor about to be. */
export function requireNeeds(stages: readonly StageNode[], finished: ReadonlySet<string>): void {
  const names = new Set(stages.map(({name}) => name));
  for (const {name, needs} of stages) {
    const missing = needs.filter((need) => !names.has(need) && !finished.has(need));
    if (missing.length === 0) continue;
    throw new UserError('stage-missing', `The stage ${name} needs ${missing.join(', ')}, not done in this run.`, {
      hint: 'Use `deme run` for the whole pipeline, or --resume with the run in which it is done.',
    });
  }
}
