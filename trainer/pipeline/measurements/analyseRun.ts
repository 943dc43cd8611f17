import {UserError} from '../../contract/errors.ts';
import type {TaskAnalysis} from '../../contract/run/taskAnalysis.ts';
import {analyseTasks, type AnalysisRequest} from '../../merge/analysis/analyseTasks.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {expertSources, runPaths} from '../../store/run/runPaths.ts';
import {toolVersion} from '../owner/toolVersion.ts';
import {readResolved} from '../owner/work.ts';

/** Measures the task vectors of a run's experts, and keeps the result in its folder. Throws a UserError where it has none. */
export async function analyseRun(
  run: RunFolder,
  how: Pick<AnalysisRequest, 'signal' | 'onProgress'> = {},
): Promise<TaskAnalysis> {
  const resolved = await readResolved(run);
  const experts = expertSources(run.path, resolved);
  if (experts.length === 0 || resolved.baseFolder === null) {
    throw new UserError('analysis-experts', `The run ${run.record.id} has no experts to analyse.`, {where: run.path});
  }
  const analysis = await analyseTasks({base: resolved.baseFolder, experts, tool: toolVersion(), ...how});
  await writeJsonAtomic(runPaths.taskVectors(run.path), analysis);
  return analysis;
}
