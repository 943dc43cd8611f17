import {UserError} from '../../contract/errors.ts';
import type {TaskAnalysis} from '../../contract/run/measured/taskAnalysis.ts';
import {analyseTasks, analysisSubject} from '../../merge/analysis/analyseTasks.ts';
import {withMergeInputs} from '../../merge/files/mergeInput.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {expertSources} from '../../store/run/runPaths.ts';
import {toolVersion} from '../owner/toolVersion.ts';
import type {MeasuredRun, OpenMeasurement} from './measurement.ts';

/** Opens the experts of a run for an analysis of their task vectors. Throws a UserError where it has none. */
export async function openTaskVectors({run, resolved}: MeasuredRun): Promise<OpenMeasurement<TaskAnalysis>> {
  const experts = expertSources(run.path, resolved);
  if (experts.length === 0 || resolved.baseFolder === null) {
    throw new UserError('analysis-experts', `The run ${run.record.id} has no experts to analyse.`, {where: run.path});
  }
  const models = {base: resolved.baseFolder, experts};
  const tool = toolVersion();
  return {
    key: taskVectorsKey(await withMergeInputs(models, async (base, opened) => analysisSubject(tool, base, opened))),
    run: (kept, {signal, onProgress}) =>
      kept === null ? analyseTasks({...models, tool, signal, onProgress}) : Promise.resolve(kept),
    dispose: () => undefined,
  };
}

/** The key follows from the result, which records everything it depends on. */
export function taskVectorsKey({tool, base, experts}: Pick<TaskAnalysis, 'tool' | 'base' | 'experts'>): string {
  const models = [base, ...experts].map((model) => [model.name, model.sha256, 'range' in model ? model.range : null]);
  return hashBytes(JSON.stringify([tool, models]));
}
