import {UserError} from '../../../contract/errors.ts';
import {findRuns, launchMatrix} from '../../../pipeline/launch/launchMatrix.ts';
import {launchOf} from '../../../pipeline/launch/launchOf.ts';
import {currentState, isActive, type CurrentState} from '../../../store/run/runState.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {refreshJobs} from '../../refreshJobs.ts';
import {countText, groupLine} from '../../view/launchView.ts';
import type {MatrixOptions} from './matrixOptions.ts';
import type {MatrixPlan} from './planMatrix.ts';
import {runMatrix} from './runMatrix.ts';

/**
 * Makes the runs of a matrix here, or submits them. The same command then says how they go, and makes the table once all are done. What has
 * failed by then is submitted once more.
 */
export async function carryOutMatrix(plan: MatrixPlan, options: MatrixOptions): Promise<ExitCode> {
  const [first] = plan.runs;
  const launch = first === undefined ? null : launchOf(first.wanted.resolved.config, options.launcher);
  if (launch === null) return runMatrix(plan, options);
  if (options.parallel !== undefined) {
    throw new UserError('matrix-parallel', '--parallel is for runs on this machine, and these are jobs of Slurm.', {
      hint: 'Leave it out; `launch: {parallel: N}` of the config says how many jobs of an array run at once.',
    });
  }
  const wanted = plan.runs.map((run) => run.wanted);
  const found = await findRuns(wanted);
  const begun = found.flatMap((run) => (run === null ? [] : [run.path]));
  await refreshJobs(begun, 0);
  const states = await Promise.all(begun.map((path) => currentState(path)));
  const done = states.filter((state) => state?.state === 'done').length;
  if (done === plan.runs.length) return runMatrix(plan, options);
  const active = states.filter((state): state is CurrentState => state !== null && isActive(state));
  if (active.length > 0) return tell(plan, {done, states, active}, options);
  const groups = await launchMatrix(wanted, found, launch, plan.out);
  const jobs = groups.map(({group: {name, tasks}, id}) => ({name, id, tasks: tasks.length}));
  printResult(options, {runs: plan.runs.length, jobs}, [
    `Submitted ${countText(groups)} of ${plan.runs.length} runs:`,
    ...groups.map(groupLine),
    'They go on without this program. The same command says how they go, and makes the table when all are done.',
  ]);
  return 0;
}

function tell(
  {runs}: MatrixPlan,
  {done, states, active}: {done: number; states: readonly (CurrentState | null)[]; active: readonly CurrentState[]},
  options: OutputOptions,
): ExitCode {
  const failures = states.flatMap((state) => (state?.error === undefined ? [] : [state.error.message]));
  const waits = active.find(({queue}) => queue !== undefined)?.queue;
  printResult(options, {runs: runs.length, done, active: active.length, failures}, [
    `${done} of ${runs.length} runs are done, ${active.length} are in the queue or running${waits === undefined ? '' : ` (${waits})`}.`,
    ...[...new Set(failures)].map((failure) => `Failed: ${failure}`),
  ]);
  return 0;
}
