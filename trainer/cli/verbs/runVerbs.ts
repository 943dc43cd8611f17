import type {Command} from 'commander';
import type {StageSelection} from '../../contract/run/ownerMessages.ts';
import {action} from '../action.ts';
import {engineOption, launcherOption, wholeNumber} from '../arguments.ts';
import {startRun, type RunOptions} from '../view/followRun.ts';

/** Verbs that start a run, or continue one by `--resume`. */
export function addRunVerbs(deme: Command): void {
  addPipelineVerb(deme);
  addRunVerb(deme, 'pretrain', 'train a base from random weights', {kind: 'pretrain'});
  addFinetuneVerb(deme);
  addRunVerb(deme, 'search', 'search the merge weights for trained experts', {kind: 'search'});
  addRunVerb(deme, 'evaluate', 'measure the models of a config', {kind: 'evaluate'});
}

/** The options of every verb that starts a run. */
export function addRunOptions(command: Command): Command {
  return command
    .addOption(engineOption())
    .addOption(launcherOption())
    .option('--resume <run>', 'go on in this run (its folder or its name); what is done is skipped');
}

function addPipelineVerb(deme: Command): void {
  const command = addRunOptions(deme.command('run <config>'))
    .description(
      'carry out the whole pipeline of a config; what an earlier run did with the same settings is taken over',
    )
    .option('--fresh', 'do everything again');
  action(command, (config: string, options: RunOptions) => startRun(config, options, {kind: 'pipeline'}));
}

function addRunVerb(deme: Command, name: string, description: string, selection: StageSelection): void {
  const command = addRunOptions(deme.command(`${name} <config>`).description(description));
  action(command, (config: string, options: RunOptions) => startRun(config, options, selection));
}

function addFinetuneVerb(deme: Command): void {
  const command = addRunOptions(deme.command('finetune <config>'))
    .description('finetune the experts of a config, or one of them')
    .option('--range <number>', 'only the expert of this range, counted from 0', wholeNumber);
  action(command, (config: string, options: RunOptions & {range?: number}) =>
    startRun(config, options, {kind: 'finetune', range: options.range}),
  );
}
