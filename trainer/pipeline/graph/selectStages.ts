import type {DemeConfig} from '../../contract/config/config.ts';
import {UserError} from '../../contract/errors.ts';
import type {StageSelection} from '../../contract/run/ownerMessages.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {planStages, type PlannedStage} from './stagePlan.ts';

/** The section without which a config has none of the work that is selected. */
const sections = {
  pretrain: 'pretrain',
  finetune: 'decouple',
  search: 'merge',
  merge: 'merge',
  evaluate: 'evaluate',
} as const;

/** The stages of a config that are meant; throws a UserError where the config has none of them. `where` names it in errors. */
export function selectStages(config: DemeConfig, where: string, selection: StageSelection): readonly PlannedStage[] {
  if (selection.kind !== 'pipeline') requireSection(config, sections[selection.kind], where);
  const stages = planStages(config, selection.kind).filter(({stage}) => isMeant(stage, selection));
  if (stages.length > 0) return stages;
  if (selection.kind === 'finetune' && selection.range !== undefined) throw rangeUnknown(config, selection.range);
  const hint = 'Add a decouple, merge or evaluate section (`deme pretrain` is for one with pretrain).';
  throw new UserError('nothing-to-do', 'The config asks for nothing that this verb does.', {where, hint});
}

function isMeant(stage: PlannedStage['stage'], selection: StageSelection): boolean {
  const range = selection.kind === 'finetune' ? selection.range : undefined;
  return range === undefined || (stage.kind === 'expert' && stage.index === range);
}

function rangeUnknown(config: DemeConfig, range: number): UserError {
  return new UserError(
    'range-unknown',
    `There is no range ${range}: the config has ${runExperts(config)}, counted from 0.`,
  );
}

function requireSection(config: DemeConfig, section: (typeof sections)[keyof typeof sections], where: string): void {
  if (config[section]) return;
  throw new UserError('section-missing', `The config has no ${section} section.`, {
    where,
    hint: 'Add one; media/docs/config.md lists its settings.',
  });
}
