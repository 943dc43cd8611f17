import {fileExists} from '../../../trainer/store/files/fileExists.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';

/** Acts when the process of a stage has just started, by its lock, which lies in a folder that the run itself makes. */
export async function whenLocked(run: string, stage: string, act: () => Promise<void>): Promise<void> {
  while (!(await fileExists(runPaths.stageLock(run, stage)))) await new Promise((resolve) => setTimeout(resolve, 5));
  return act();
}
