import type {Command} from 'commander';
import {runSingleStage} from '../../pipeline/owner/singleStage.ts';
import {action} from '../action.ts';
import {defaultOutput, findRun, outputText} from '../findRun.ts';
import type {ExitCode, OutputOptions} from '../outcome.ts';
import {jsonView, textView} from '../view/progressView.ts';

/** `deme stage RUN STAGE`, for schedulers: not listed in the help. */
export function addStageVerb(deme: Command): void {
  const command = deme
    .command('stage <run> <stage>', {hidden: true})
    .description('run one stage of a run by itself, once what it needs is done')
    .option('--output <folder>', outputText, defaultOutput);
  action(command, stage);
}

async function stage(text: string, name: string, options: OutputOptions & {output: string}): Promise<ExitCode> {
  const run = await findRun(text, options.output);
  const view = options.json ? jsonView(process.stdout) : textView(process.stdout);
  const outcome = await runSingleStage(run, name, (event) => view.show(event)).finally(() => view.close());
  return outcome === 'done' ? 0 : 130;
}
