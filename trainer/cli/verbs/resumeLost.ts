import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import {currentState} from '../../store/run/runState.ts';
import {warn} from '../terminal.ts';
import {resumeRun} from '../view/followRun.ts';
import {printError, printResult, type ExitCode, type OutputOptions} from '../outcome.ts';

/**
 * Goes on with every run of a folder whose process is gone, one after the other, the oldest first. One that fails does not keep the others
 * from their turn, a stop by the user does. Runs that cannot be read are left out, with a warning. Ends with the worst exit code.
 */
export async function resumeLost(options: OutputOptions & {output: string}): Promise<ExitCode> {
  const lost: RunFolder[] = [];
  for (const run of await listRuns(options.output, (error) => warn(`warning: ${error.line}`))) {
    if ((await currentState(run.path))?.state === 'lost') lost.push(run);
  }
  if (lost.length === 0) {
    printResult(options, {lost: []}, [`No run in ${options.output} is lost.`]);
    return 0;
  }
  let worst: ExitCode = 0;
  for (const run of lost) {
    const code = await resumeRun(run, options).catch((error: unknown) => printError(error, options.json ?? false));
    if (code === 130) return code;
    if (code !== 0 && worst !== 1) worst = code;
  }
  return worst;
}
