import {modelName, type RunModel} from '../run/runModel.ts';
import {parseStage, type Stage} from '../run/stage.ts';

/** Timesteps [low, high) of each expert, in the order of the experts, as far as they are known. */
export type Ranges = readonly (readonly [low: number, high: number] | undefined)[];

/** `t 0 to 249`: the timesteps [low, high), both ends included as people count them. */
export function rangeText([low, high]: readonly [low: number, high: number]): string {
  return `t ${low} to ${high - 1}`;
}

/** `expert 0, t 0 to 249`; without the timesteps where they are not known. */
export function expertTitle(index: number, ranges: Ranges): string {
  const range = ranges[index];
  return range === undefined ? `expert ${index}` : `expert ${index}, ${rangeText(range)}`;
}

/** What people call a model of a run. */
export function modelTitle(model: RunModel, ranges: Ranges): string {
  switch (model.kind) {
    case 'expert':
      return expertTitle(model.index, ranges);
    case 'ordinary':
      return 'ordinary finetune';
    case 'baseline':
      return `baseline ${model.name}`;
    case 'base':
    case 'ensemble':
    case 'merged':
      return modelName(model);
  }
}

/** A text in which models go by the names of their files, as the origin of merge weights (`half of expert-0 and expert-1`), with what people call them. */
export function withTitles(text: string, ranges: Ranges): string {
  return text.replace(/\bexpert-\d+\b/g, (name) => stageTitle(name, ranges));
}

/** What people call a stage by its name; the name itself for a stage that this version does not know. */
export function stageTitle(name: string, ranges: Ranges): string {
  const stage = parseStage(name);
  return stage === null ? name : titleOf(stage, ranges);
}

function titleOf(stage: Stage, ranges: Ranges): string {
  switch (stage.kind) {
    case 'pretrain':
      return 'pretrained base';
    case 'expert':
    case 'ordinary':
    case 'baseline':
      return modelTitle(stage, ranges);
    case 'search':
      return 'search of weights';
    case 'draw':
      return `images of ${modelTitle(stage.model, ranges)}, part ${stage.shard}`;
    case 'evaluate':
      return `evaluation of ${modelTitle(stage.model, ranges)}`;
    case 'reference':
      return 'reference images';
    case 'merge':
    case 'report':
      return stage.kind;
  }
}
