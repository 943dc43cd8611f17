import type {Command} from 'commander';
import {UserError} from '../contract/errors.ts';
import {runExperts} from '../contract/pipeline.ts';
import {planStages, pretrainStages} from '../pipeline/stagePlan.ts';
import {action} from './action.ts';
import {engineOption, wholeNumber} from './arguments.ts';
import {startRun, type RunOptions, type Selection} from './followRun.ts';

/** Verbs that start a run, or continue one by `--resume`. */
export function addRunVerbs(deme: Command): void {
  addRunVerb(deme, 'run', 'carry out the whole pipeline of a config', planStages);
  addRunVerb(deme, 'pretrain', 'train a base from random weights', (config, where) => {
    if (!config.pretrain) throw missingSection('pretrain', where);
    return pretrainStages;
  });
  addFinetuneVerb(deme);
  addRunVerb(deme, 'search', 'search the merge weights for trained experts', onlyStages('merge', ['search']));
  addRunVerb(deme, 'evaluate', 'measure the models of a config', (config, where) => {
    if (!config.evaluate) throw missingSection('evaluate', where);
    return planStages(config).filter(({name}) => /^(evaluate-.*|reference|report)$/.test(name));
  });
}

/** The options of every verb that starts a run. */
export function addRunOptions(command: Command): Command {
  return command
    .addOption(engineOption())
    .option('--resume <run>', 'go on in this run (its folder or its name); what is done is skipped');
}

/** The named stages, for a config that has the section that they are about. */
export function onlyStages(section: 'merge', names: readonly string[]): Selection {
  return (config, where) => {
    if (!config[section]) throw missingSection(section, where);
    return planStages(config).filter(({name}) => names.includes(name));
  };
}

function addRunVerb(deme: Command, name: string, description: string, select: Selection): void {
  const command = addRunOptions(deme.command(`${name} <config>`).description(description));
  action(command, (config: string, options: RunOptions) => startRun(config, options, select));
}

function addFinetuneVerb(deme: Command): void {
  const command = addRunOptions(deme.command('finetune <config>'))
    .description('finetune the experts of a config, or one of them')
    .option('--range <number>', 'only the expert of this range, counted from 0', wholeNumber);
  action(command, (config: string, options: RunOptions & {range?: number}) =>
    startRun(config, options, expertSelection(options.range)),
  );
}

function expertSelection(range: number | undefined): Selection {
  return (config, where) => {
    if (!config.decouple) throw missingSection('decouple', where);
    const experts = runExperts(config);
    if (range !== undefined && range >= experts) {
      throw new UserError('range-unknown', `There is no range ${range}: the config has ${experts}, counted from 0.`);
    }
    const wanted = range === undefined ? /^expert-/ : new RegExp(`^expert-${range}$`);
    return planStages(config).filter(({name}) => wanted.test(name));
  };
}

function missingSection(section: string, where: string): UserError {
  return new UserError('section-missing', `The config has no ${section} section.`, {
    where,
    hint: 'Add one; media/docs/config.md lists its settings.',
  });
}
