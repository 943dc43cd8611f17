import type {Command} from 'commander';
import {runSingleStages} from '../../pipeline/owner/single/singleStages.ts';
import {action} from '../action.ts';
import {defaultOutput, findRun, outputText} from '../findRun.ts';
import type {ExitCode, OutputOptions} from '../outcome.ts';
import {jsonView, textView} from '../view/progressView.ts';

/** `deme stage RUN STAGE...`, for schedulers: not listed in the help. */
export function addStageVerb(deme: Command): void {
  const command = deme
    .command('stage <run> <stages...>', {hidden: true})
    .description('run one stage of a run, or several side by side, by themselves, once what they need is done')
    .option('--output <folder>', outputText, defaultOutput);
  action(command, stage);
}

async function stage(
  text: string,
  names: readonly string[],
  options: OutputOptions & {output: string},
): Promise<ExitCode> {
  const run = await findRun(text, options.output);
  const view = options.json ? jsonView(process.stdout) : textView(process.stdout);
  const outcome = await runSingleStages(run, names, (event) => view.show(event)).finally(() => view.close());
  return outcome === 'done' ? 0 : 130;
}
