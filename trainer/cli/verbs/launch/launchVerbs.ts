import type {Command} from 'commander';
import type {LauncherName} from '../../../contract/config/launchConfig.ts';
import {checkLaunch, type LaunchFinding} from '../../../pipeline/launch/checkLaunch.ts';
import {launchOf} from '../../../pipeline/launch/launchOf.ts';
import {writeNodeReport} from '../../../pipeline/launch/nodeReport.ts';
import {resolveConfig} from '../../../pipeline/owner/resolveConfig.ts';
import {action} from '../../action.ts';
import {count, launcherOption} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {warn} from '../../terminal.ts';

interface CheckOptions extends OutputOptions {
  readonly launcher?: LauncherName;
  readonly wait: number;
}

/** `deme launch check CONFIG`, and what its job calls on its node. */
export function addLaunchVerbs(deme: Command): void {
  const launch = deme.command('launch').description('about runs as jobs of a scheduler');
  const check = launch
    .command('check <config>')
    .description('send a small job to where the trainings would run, and say what it finds there')
    .addOption(launcherOption())
    .option('--wait <seconds>', 'for the job to have its turn', count, 120);
  action(check, checkVerb);
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

/** `ok   folder   n12 sees the folder of the runs` */
function findingLine({what, isGood, text}: LaunchFinding): string {
  const mark = isGood === null ? '' : isGood ? 'ok' : 'BAD';
  return `${mark.padEnd(4)} ${what.padEnd(8)} ${text}`;
}
