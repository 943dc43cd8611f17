import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {taskVectorsKind} from '../../../trainer/contract/measurements/taskVectorsKind.ts';
import type {TaskAnalysis} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {analyseTasks} from '../../../trainer/merge/analysis/analyseTasks.ts';
import {goldenExperts, goldenPath} from '../../trainer/merge/goldenMerge.ts';

/** The analysis of four experts that PyTorch wrote, as those of four ranges. */
export function goldenAnalysis(): Promise<TaskAnalysis> {
  const experts = goldenExperts.map((path, i) => ({path, range: [250 * i, 250 * (i + 1)] as const}));
  return analyseTasks({base: goldenPath('base'), experts, tool: 'test'});
}

/** Puts it into a run folder, as `deme analyse` does. */
export async function writeGoldenAnalysis(run: string): Promise<void> {
  await writeFile(join(run, taskVectorsKind.file({})), JSON.stringify(await goldenAnalysis()));
}
