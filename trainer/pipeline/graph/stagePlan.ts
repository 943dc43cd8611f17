import type {DemeConfig} from '../../contract/config/config.ts';
import {modelNames, runExperts} from '../../contract/run/pipeline.ts';

/** One step of the pipeline: a process of its own. */
export interface PlannedStage {
  readonly name: string;
  /** Stages that must be done before. */
  readonly needs: readonly string[];
  /** Rough share of the work, for the progress of the whole. */
  readonly effort: number;
}

/** The stages that `deme pretrain` carries out. */
export const pretrainStages: readonly PlannedStage[] = [{name: 'pretrain', needs: [], effort: 1}];

/**
 * All stages of `deme run` as a graph: experts and the ordinary finetune are independent of each other, the search needs all
 * experts, and each evaluation needs only its own model, so that idle cores always find something to do.
 */
export function planStages(config: DemeConfig): PlannedStage[] {
  const experts = Array.from({length: runExperts(config)}, (_, i) => `expert-${i}`);
  const trained = config.decouple ? experts : [];
  const stages: PlannedStage[] = [];
  const add = (name: string, needs: readonly string[], effort: number) => stages.push({name, needs, effort});
  const updates = config.decouple?.updates ?? 0;
  // The longest stage first: whoever starts last decides when all are done.
  if (config.ordinary) add('ordinary', [], updates * experts.length);
  for (const expert of trained) add(expert, [], updates * 1.3);
  if (config.merge) {
    add('search', trained, config.merge.search ? config.merge.search.budget * 10 : 1);
    add('merge', ['search', ...trained], 5);
  }
  if (config.evaluate) addEvaluations(config, trained, add);
  return stages;
}

function addEvaluations(
  config: DemeConfig,
  trained: readonly string[],
  add: (name: string, needs: readonly string[], effort: number) => void,
): void {
  const names = modelNames(config).filter((name) => name !== 'merged' || config.merge);
  const ownStage = (name: string) =>
    name === 'merged' ? ['merge'] : trained.includes(name) || name === 'ordinary' ? [name] : [];
  if (config.evaluate?.features !== 'none') add('reference', [], 10);
  for (const name of names) {
    add(`evaluate-${name}`, name === 'ensemble' ? trained : ownStage(name), 60);
  }
  add(
    'report',
    [...names.map((name) => `evaluate-${name}`), ...(config.evaluate?.features === 'none' ? [] : ['reference'])],
    1,
  );
}
