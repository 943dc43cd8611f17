import type {Command} from 'commander';
import type {LauncherName} from '../../../contract/config/launchConfig.ts';
import type {CancelledStages} from '../../../contract/launch/cancelRecord.ts';
import {schedulers} from '../../../launch/launchers.ts';
import {cancelStages} from '../../../pipeline/launch/cancelStages.ts';
import {checkLaunch, type LaunchFinding} from '../../../pipeline/launch/checkLaunch.ts';
import {launchOf} from '../../../pipeline/launch/launchOf.ts';
import {writeNodeReport} from '../../../pipeline/launch/nodeReport.ts';
import {resolveConfig} from '../../../pipeline/owner/resolveConfig.ts';
import {action} from '../../action.ts';
import {count, launcherOption} from '../../arguments.ts';
import {defaultOutput, findRun, outputText} from '../../findRun.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {refreshJobs} from '../../refreshJobs.ts';
import {warn} from '../../terminal.ts';

interface CheckOptions extends OutputOptions {
  readonly launcher?: LauncherName;
  readonly wait: number;
}

/** `deme launch check CONFIG`, `deme launch cancel RUN STAGE...`, and what its job calls on its node. */
export function addLaunchVerbs(deme: Command): void {
  const launch = deme.command('launch').description('about runs as jobs of a scheduler');
  const check = launch
    .command('check <config>')
    .description('send a small job to where the trainings would run, and say what it finds there')
    .addOption(launcherOption())
    .option('--wait <seconds>', 'for the job to have its turn', count, 120);
  action(check, checkVerb);
  const cancel = launch
    .command('cancel <run> <stages...>')
    .description('cancel the jobs of some stages, with those that need them, and let the others go on')
    .option('--now', 'without a checkpoint of what runs')
    .option('--output <folder>', outputText, defaultOutput);
  action(cancel, cancelVerb);
  const report = deme.command('node-report <folder>', {hidden: true}).description('answer a check of a launch');
  action(report, async (folder: string) => {
    await writeNodeReport(folder);
    return 0;
  });
}

async function checkVerb(file: string, options: CheckOptions): Promise<ExitCode> {
  const resolved = await resolveConfig(file);
  const launch = launchOf(resolved.config, options.launcher ?? resolved.config.launch?.kind ?? 'slurm');
  if (launch === null) {
    printResult(options, {findings: []}, ['The stages of this config run on this machine: there is nothing to check.']);
    return 0;
  }
  const said = new Set<string>();
  const findings = await checkLaunch(resolved, launch, {
    patience: options.wait,
    onWait(text) {
      if (!said.has(text) && !options.json) warn(`The job: ${text}.`);
      said.add(text);
    },
  });
  printResult(options, {findings}, findings.map(findingLine));
  return findings.some(({isGood}) => isGood === false) ? 1 : 0;
}

interface CancelOptions extends OutputOptions {
  readonly output: string;
  readonly now?: boolean;
}

async function cancelVerb(text: string, stages: readonly string[], options: CancelOptions): Promise<ExitCode> {
  const run = await findRun(text, options.output);
  await refreshJobs([run.path], 0);
  const result = await cancelStages(run, stages, schedulers.slurm, {now: options.now ?? false});
  await refreshJobs([run.path], 0);
  printResult(options, result, cancelledLines(result, options.now ?? false));
  return 0;
}

function cancelledLines({id, cancelled, dependents}: CancelledStages, now: boolean): string[] {
  const own = cancelled.map(({stage, job, isRunning}) => {
    const how = isRunning && !now ? 'writes a checkpoint and ends' : 'is cancelled';
    return `${stage}${job === null ? '' : ` (job ${job})`} ${how}.`;
  });
  const names = dependents.map(({stage}) => stage);
  return [
    ...own,
    ...(names.length === 0 ? [] : [`Cancelled with it, as they need it: ${names.join(', ')}.`]),
    `The rest goes on; when it has ended, \`deme resume ${id}\` submits these again.`,
  ];
}

/** `ok   folder   n12 sees the folder of the runs` */
function findingLine({what, isGood, text}: LaunchFinding): string {
  const mark = isGood === null ? '' : isGood ? 'ok' : 'BAD';
  return `${mark.padEnd(4)} ${what.padEnd(8)} ${text}`;
}
