import {UserError} from '../contract/errors.ts';
import {StageRecord} from '../contract/pipeline.ts';
import {fileExists} from '../store/fileExists.ts';
import {readJson} from '../store/jsonFile.ts';
import {runPaths} from './runPaths.ts';
import type {PlannedStage} from './stagePlan.ts';

/** Seconds of the stages of a run that are done, by name: of those given and of those that they need. */
export async function finishedStages(run: string, stages: readonly PlannedStage[]): Promise<Map<string, number>> {
  const finished = new Map<string, number>();
  for (const name of new Set(stages.flatMap((stage) => [stage.name, ...stage.needs]))) {
    const file = runPaths.stage(run, name);
    if (await fileExists(file)) finished.set(name, (await readJson(file, StageRecord, 'the stage record')).seconds);
  }
  return finished;
}

/** Throws a UserError where a stage needs another that is neither done nor about to be. */
export function requireNeeds(stages: readonly PlannedStage[], finished: ReadonlySet<string>): void {
  const names = new Set(stages.map(({name}) => name));
  for (const {name, needs} of stages) {
    const missing = needs.filter((need) => !names.has(need) && !finished.has(need));
    if (missing.length === 0) continue;
    throw new UserError('stage-missing', `The stage ${name} needs ${missing.join(', ')}, not done in this run.`, {
      hint: 'Use `deme run` for the whole pipeline, or --resume with the run in which it is done.',
    });
  }
}
