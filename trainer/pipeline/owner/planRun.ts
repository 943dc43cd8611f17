import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {RunRecord} from '../../contract/run/records.ts';
import {evaluationBytes} from '../resources/evaluationBytes.ts';
import {fittingProcesses, memoryWarning} from '../resources/fittingProcesses.ts';
import {estimateMemory, hostBytes} from '../resources/memoryEstimate.ts';
import {memorySupply} from '../resources/memorySupply.ts';
import {planProcesses, type ProcessPlan} from '../resources/processPlan.ts';
import {requirePrecisions} from '../resources/runPrecision.ts';
import {requireMemory} from '../resources/requireMemory.ts';
import {isTraining, type PlannedStage} from '../graph/stagePlan.ts';
import {trainingNeeds} from '../resources/trainingNeeds.ts';

/** How the stages of a run are executed, and what the user should know before they start. */
export interface RunPlan {
  readonly plan: ProcessPlan;
  readonly warnings: readonly string[];
}

/** What of a run is to be planned, and where. */
export interface PlanRequest {
  readonly stages: readonly Pick<PlannedStage, 'stage'>[];
  readonly engine: RunRecord['engine'];
  readonly gpus: readonly string[];
  /** Cores to share; left out: all of the machine. */
  readonly cores?: number;
  /** Runs that share the machine; left out: there are no others. */
  readonly parts?: number;
}

/**
 * Shares the machine among the stages. Throws a UserError where one of their trainings cannot fit into its memory, or the engine does not
 * compute in a number format that the config asks for.
 */
export async function planRun(
  resolved: ResolvedConfig,
  {stages, engine, gpus, cores, parts}: PlanRequest,
): Promise<RunPlan> {
  const {engine: asked} = resolved.config;
  requirePrecisions(resolved.config, stages, engine);
  const supply = await memorySupply(engine, asked.memory, parts);
  const needs = await trainingNeeds(resolved, stages);
  if (needs) requireMemory(needs, engine, supply);
  const bytes = needs ? hostBytes(estimateMemory(needs, engine), engine) : await evaluationBytes(resolved, engine);
  const plan = planProcesses(asked, engine, {stages: stages.length, fit: fittingProcesses(bytes, supply), gpus, cores});
  const trainings = Math.min(plan.parallel, stages.filter(isTraining).length);
  const warning = memoryWarning(bytes, supply, trainings);
  return {plan, warnings: warning === null ? [] : [warning]};
}
