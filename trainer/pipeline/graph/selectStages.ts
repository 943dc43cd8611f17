import type {DemeConfig} from '../../contract/config/config.ts';
import {UserError} from '../../contract/errors.ts';
import type {StageSelection} from '../../contract/run/ownerMessages.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {planStages, pretrainStages, type PlannedStage} from './stagePlan.ts';

/** The stages of a config that are meant; throws a UserError where the config has none of them. `where` names it in errors. */
export function selectStages(config: DemeConfig, where: string, selection: StageSelection): readonly PlannedStage[] {
  const stages = sectionStages(config, where, selection);
  if (stages.length > 0) return stages;
  const hint = 'Add a decouple, merge or evaluate section (`deme pretrain` is for one with pretrain).';
  throw new UserError('nothing-to-do', 'The config asks for nothing that this verb does.', {where, hint});
}

function sectionStages(config: DemeConfig, where: string, selection: StageSelection): readonly PlannedStage[] {
  switch (selection.kind) {
    case 'pipeline':
      return planStages(config);
    case 'pretrain':
      requireSection(config, 'pretrain', where);
      return pretrainStages;
    case 'finetune':
      requireSection(config, 'decouple', where);
      return named(config, expertPattern(config, selection.range));
    case 'search':
      requireSection(config, 'merge', where);
      return named(config, /^search$/);
    case 'merge':
      requireSection(config, 'merge', where);
      return named(config, /^(search|merge)$/);
    case 'evaluate':
      requireSection(config, 'evaluate', where);
      return named(config, /^(evaluate-.*|reference|report)$/);
  }
}

function named(config: DemeConfig, pattern: RegExp): PlannedStage[] {
  return planStages(config).filter(({name}) => pattern.test(name));
}

function expertPattern(config: DemeConfig, range: number | undefined): RegExp {
  const experts = runExperts(config);
  if (range !== undefined && range >= experts) {
    throw new UserError('range-unknown', `There is no range ${range}: the config has ${experts}, counted from 0.`);
  }
  return range === undefined ? /^expert-/ : new RegExp(`^expert-${range}$`);
}

function requireSection(config: DemeConfig, section: 'decouple' | 'merge' | 'evaluate' | 'pretrain', where: string) {
  if (config[section]) return;
  throw new UserError('section-missing', `The config has no ${section} section.`, {
    where,
    hint: 'Add one; media/docs/config.md lists its settings.',
  });
}
