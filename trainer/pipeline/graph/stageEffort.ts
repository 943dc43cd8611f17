import {runExperts} from '../../contract/run/pipeline.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import {
  featureNames,
  measuredCount,
  type EvaluateConfig,
  type SamplingConfig,
} from '../../contract/config/evaluateConfig.ts';
import type {TrainingConfig} from '../../contract/config/training.ts';
import {usualGuidance} from '../../contract/run/promptGrid.ts';

/**
 * How much a stage computes, in passes of one image forward through the network, for each thing that its events count (`samples`, …), in the order in which it
 * does them. All things that take next to no time beside the start of a process are left out.
 */
export type StageEffort = Readonly<Record<string, number>>;

/** All that a stage computes. */
export function totalEffort(effort: StageEffort): number {
  return Object.values(effort).reduce((sum, part) => sum + part, 0);
}

/** What stages take that count nothing, as long as none was seen: a process that starts, reads and writes a little. */
export const shortStage = 5;

/** By which times of stages of a kind are compared: what they compute, or else the seconds that they usually take. */
export function stageSize({effort, seconds}: {readonly effort: StageEffort; readonly seconds: number}): number {
  const total = totalEffort(effort);
  return total > 0 ? total : seconds;
}

/** Features of digits take a third of a second; those of Inception count their images, which soon tell how long they take. */
export function referenceSeconds(evaluate: EvaluateConfig | undefined): number {
  const isQuick = featureNames(evaluate?.features ?? 'none').every((name) => name === 'digits');
  return isQuick ? 1 : shortStage;
}

/** What the steps of a training count. */
export const updatesOfTraining = 'updates';

/** A pass backward takes as long as two forward; the teacher of a consistency loss has one forward of its own. */
export function trainingEffort(
  {updates, batch, accumulation}: Pick<TrainingConfig, 'updates' | 'batch' | 'accumulation'>,
  consistency = 0,
): StageEffort {
  return {[updatesOfTraining]: updates * batch * accumulation * (3 + (consistency > 0 ? 1 : 0))};
}

export function evaluationEffort(config: DemeConfig): StageEffort {
  const {evaluate} = config;
  if (evaluate === undefined) return {};
  const {images, timesteps} = evaluate.heldOut;
  const held = images * timesteps * Math.max(1, runExperts(config));
  return {'held-out draws': held, ...(evaluate.shards === undefined ? drawingEffort(config) : {})};
}

/** Of one of `shards` that draw the images of a model. */
export function drawingEffort({evaluate}: DemeConfig, shards = 1): StageEffort {
  if (evaluate === undefined) return {};
  const images = Math.max(measuredCount(evaluate), evaluate.grid);
  return {samples: (images * passesPerImage(evaluate.sampling)) / shards};
}

/** Passes through the network for an image. With guidance, it also predicts without the prompt. */
export function passesPerImage(sampling: SamplingConfig): number {
  const isGuided = sampling.prompts !== undefined && (sampling.guidance ?? usualGuidance) > 1;
  return sampling.steps * (isGuided ? 2 : 1);
}
