import type {DemeConfig} from '../../contract/config/config.ts';
import type {StageSelection} from '../../contract/run/ownerMessages.ts';
import {UserError} from '../../contract/errors.ts';
import {stageName, type Stage} from '../../contract/run/stage.ts';
import type {EngineWork} from '../../launch/trainerEnvironment.ts';
import {definitionOf, selectedStages} from '../stages/registry.ts';
import {shortStage, type StageEffort} from './stageEffort.ts';

/** A node of the graph of stages. */
export interface StageNode {
  readonly name: string;
  /** Names of the stages that must be done before. */
  readonly needs: readonly string[];
}

/** A stage with its place in the graph. */
export interface PlannedStage extends StageNode {
  readonly stage: Stage;
  readonly effort: StageEffort;
  /** What it usually takes on one core, of a stage without effort. */
  readonly seconds: number;
}

/**
 * The stages of `deme run`, or of another verb, as a graph. Experts and the ordinary finetune are independent of each other, the search
 * needs all experts, and each evaluation needs only its own model, so that idle cores always find something to do.
 */
export function planStages(config: DemeConfig, selection: StageSelection['kind'] = 'pipeline'): PlannedStage[] {
  return selectedStages(config, selection).map((stage) => plannedStage(stage, config));
}

/** A stage with its place in the graph of a config. */
export function plannedStage(stage: Stage, config: DemeConfig): PlannedStage {
  const definition = definitionOf(stage);
  return {
    stage,
    name: stageName(stage),
    needs: definition.needs(stage, config).map((need) => stageName(need)),
    effort: definition.effort(stage, config),
    seconds: definition.seconds?.(config) ?? shortStage,
  };
}

/** Whether a stage trains a network of the size of the base. */
export function isTraining({stage}: Pick<PlannedStage, 'stage'>): boolean {
  return definitionOf(stage).training !== null;
}

/** What a stage does with its engine most of the time. */
export function workOf(stage: Pick<PlannedStage, 'stage'>): EngineWork {
  return isTraining(stage) ? 'train' : 'predict';
}

/** The stage whose result a stage begins, by name; null for one with a result of its own. */
export function partOf({stage}: Pick<PlannedStage, 'stage'>): string | null {
  const whole = definitionOf(stage).partOf?.(stage);
  return whole === undefined ? null : stageName(whole);
}

/** Whether the process of a stage needs an engine. */
export function needsEngine({stage}: Pick<PlannedStage, 'stage'>): boolean {
  return definitionOf(stage).needsEngine;
}

/** All stages that a config can have: those of the training of its base, and those of its pipeline. */
export function allStages(config: DemeConfig): PlannedStage[] {
  return [...planStages(config, 'pretrain'), ...planStages(config)];
}

/** The stage of a config that has this name. Throws a UserError where there is none. */
export function findStage(config: DemeConfig, name: string): PlannedStage {
  const stages = allStages(config);
  const found = stages.find((stage) => stage.name === name);
  if (found) return found;
  throw new UserError('stage-unknown', `The config of the run has no stage ${name}.`, {
    hint: `It has ${stages.map((stage) => stage.name).join(', ')}.`,
  });
}
