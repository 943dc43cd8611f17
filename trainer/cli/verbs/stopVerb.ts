import type {Command} from 'commander';
import {UserError} from '../../contract/errors.ts';
import {schedulers} from '../../launch/launchers.ts';
import {killTree} from '../../launch/killTree.ts';
import {endRun} from '../../store/run/endRun.ts';
import {endLaunched} from '../../store/run/launched/endLaunched.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {currentState} from '../../store/run/runState.ts';
import {action} from '../action.ts';
import {ask, requireActive} from '../activeRun.ts';
import {wholeNumber} from '../arguments.ts';
import {defaultOutput, findRun, outputText} from '../findRun.ts';
import {refreshJobs} from '../refreshJobs.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';

interface StopOptions extends OutputOptions {
  output: string;
  now?: boolean;
  grace?: number;
}

/** Seconds; an owner looks every two. */
const defaultGrace = 10;

/** `deme stop`: at a checkpoint, or at once. */
export function addStopVerb(deme: Command): void {
  const command = deme
    .command('stop <run>')
    .description('have a run write its checkpoints and end')
    .option('--now', 'end it as it is: what it learnt since its last checkpoints is made again when it is resumed')
    .option(
      '--grace <seconds>',
      `with --now, before its processes are killed; ${defaultGrace} if left out`,
      wholeNumber,
    )
    .option('--output <folder>', outputText, defaultOutput);
  action(command, async (text: string, options: StopOptions) => {
    if (options.grace !== undefined && !options.now) {
      throw new UserError('argument-missing', '--grace makes sense only with --now.', {hint: 'Give both, or none.'});
    }
    const run = await findRun(text, options.output);
    await refreshJobs([run.path], 0);
    requireActive(run, await currentState(run.path));
    const jobs = await endLaunched(run.path, schedulers.slurm, {now: options.now ?? false});
    if (jobs !== null) return jobsEnded(run, jobs, options);
    return options.now ? stopNow(run, options) : ask(run, 'stop', options, 'stops at its next checkpoint');
  });
}

function jobsEnded({path, record: {id}}: RunFolder, jobs: number, options: StopOptions): ExitCode {
  const many = `${jobs} ${jobs === 1 ? 'job' : 'jobs'}`;
  const how = options.now
    ? `${many} cancelled`
    : `what waits of its ${many} is cancelled, the rest stops at a checkpoint`;
  const command = options.now ? 'kill' : 'stop';
  printResult(options, {run: path, id, command, jobs}, [`${id}: ${how}.`, `It goes on with: deme resume ${id}`]);
  return 0;
}

async function stopNow({path, record}: RunFolder, options: StopOptions): Promise<ExitCode> {
  const {grace = defaultGrace} = options;
  const how = await endRun(path, grace, killTree);
  const killed = `${record.id} did not answer within ${grace} s: its processes were killed.`;
  printResult(options, {run: path, id: record.id, command: 'kill', how}, [
    how === 'asked' ? `${record.id} has ended.` : killed,
    `It goes on from its last checkpoints with: deme resume ${record.id}`,
  ]);
  return 0;
}
