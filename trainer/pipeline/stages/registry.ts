import type {DemeConfig} from '../../contract/config/config.ts';
import {measuredCount} from '../../contract/config/evaluateConfig.ts';
import {searchDistance} from '../../contract/config/searchDistance.ts';
import type {TrainingConfig} from '../../contract/config/training.ts';
import type {StageSelection} from '../../contract/run/ownerMessages.ts';
import {baselineModels, evaluatedModels, expertModels} from '../../contract/run/pipeline.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import {modelMadeBy, type Stage, type StageKind, type StageOf} from '../../contract/run/stage.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {referencePaths} from '../graph/evaluationInputs.ts';
import {images, networkStamps, promptStamp, searchInputs, startStamp} from '../graph/inputStamps.ts';
import {reportSeconds} from '../graph/reportSeconds.ts';
import {
  drawingEffort,
  evaluationEffort,
  referenceSeconds,
  trainingEffort,
  type StageEffort,
} from '../graph/stageEffort.ts';
import {searchEffort} from '../search/searchEffort.ts';
import type {StageFacts} from '../graph/stageFacts.ts';
import {computing, expertSettings, ordinarySettings, ordinaryTraining, withBaseline} from '../graph/trainingInputs.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';

/** All that sets one kind of stages apart from the others. A new kind is a row of `registry` and one of the names in contract/run/stage. */
interface StageDefinition<K extends StageKind> {
  /** What users ask for, and get stages of this kind. */
  readonly selectedBy: readonly StageSelection['kind'][];
  /** How it trains a network of the size of the base; null: it lets networks predict, if it needs any at all. */
  training: ((config: DemeConfig) => TrainingConfig | undefined) | null;
  /** Whether its process needs an engine. */
  readonly needsEngine: boolean;
  /** The stages of this kind that a config asks for. */
  stages(config: DemeConfig): StageOf<K>[];
  /** What must be done before. */
  needs(stage: StageOf<K>, config: DemeConfig): Stage[];
  /** How much it computes, for the progress of the whole and the time that is left. */
  effort(stage: StageOf<K>, config: DemeConfig): StageEffort;
  /** What it usually takes on one core, where that follows from a config and is not counted as effort. */
  seconds?(config: DemeConfig): number;
  /** What the result depends on besides engine, base and the stages that it needs; null for one that is always done again. */
  inputs(stage: StageOf<K>, facts: StageFacts): Record<string, unknown> | null;
  /** Folders and files with the result of a stage in the run folder `run`. */
  outputs(stage: StageOf<K>, run: string): string[];
  /** Folders that it leaves too where its config says so. */
  mayLeave?(stage: StageOf<K>, run: string): string[];
  /** The stage whose result it begins, where it has none of its own: it need not be done once that is. */
  partOf?(stage: StageOf<K>): Stage;
  /** What a stopped stage would go on from, and of which nothing is left once it is done. */
  leftovers?(stage: StageOf<K>, run: string): string;
  run(context: StageContext, stage: StageOf<K>): Promise<StageOutcome>;
}

/**
 * The kinds of stages, in the order in which stages that are ready start: the longest first, since whoever starts last decides when all are
 * done. The code of a stage, and the tensor library with it, is loaded by the process that runs it.
 */
export const registry: {readonly [K in StageKind]: StageDefinition<K>} = {
  pretrain: {
    selectedBy: ['pretrain'],
    training: ({pretrain}) => pretrain,
    needsEngine: true,
    stages: () => [{kind: 'pretrain'}],
    needs: () => [],
    effort: (_, {pretrain}) => (pretrain ? trainingEffort(pretrain) : {}),
    inputs: (_, facts) => {
      const {pretrain} = facts.resolved.config;
      return {...images(facts), pretrain: pretrain && computing(pretrain)};
    },
    outputs: madeModel,
    run: async (context) => (await import('./pretrainStage.ts')).pretrainStage(context),
  },
  ordinary: {
    selectedBy: ['pipeline'],
    training: ({decouple}) => decouple && ordinaryTraining(decouple),
    needsEngine: true,
    stages: ({ordinary}) => (ordinary ? [{kind: 'ordinary'}] : []),
    needs: () => [],
    effort: (_, {decouple}) => (decouple ? trainingEffort(ordinaryTraining(decouple)) : {}),
    inputs: (_, facts) => ({...images(facts), decouple: ordinarySettings(facts.resolved.config)}),
    outputs: madeModel,
    run: async (context) => (await import('./finetuneStages.ts')).ordinaryStage(context),
  },
  baseline: {
    selectedBy: ['pipeline'],
    training: ({decouple}) => decouple && ordinaryTraining(decouple),
    needsEngine: true,
    stages: baselineModels,
    needs: () => [],
    effort: (_, {decouple}) => (decouple ? trainingEffort(ordinaryTraining(decouple)) : {}),
    inputs: ({name}, facts) => ({
      ...images(facts),
      decouple: ordinarySettings(withBaseline(facts.resolved.config, name)),
    }),
    outputs: madeModel,
    run: async (context, {name}) => (await import('./finetuneStages.ts')).baselineStage(context, name),
  },
  expert: {
    selectedBy: ['pipeline', 'finetune'],
    training: ({decouple}) => decouple,
    needsEngine: true,
    stages: trainedExperts,
    needs: () => [],
    effort: (_, {decouple}) => (decouple ? trainingEffort(decouple, decouple.consistency) : {}),
    inputs: ({index}, facts) => ({
      ...images(facts),
      decouple: expertSettings(facts.resolved.config),
      range: facts.ranges[index],
      ...startStamp(facts, index),
    }),
    outputs: madeModel,
    mayLeave: ({index}, run) => [runPaths.snapshots(run, index)],
    run: async (context, {index}) => (await import('./finetuneStages.ts')).expertStage(context, index),
  },
  search: {
    selectedBy: ['pipeline', 'search', 'merge'],
    training: null,
    needsEngine: true,
    stages: ({merge}) => (merge ? [{kind: 'search'}] : []),
    // A search by distance has the ordinary finetune to beat, and searches the weight of its task vector too.
    needs: (_, config) => [
      ...trainedExperts(config),
      ...(searchDistance(config) === null ? [] : registry.ordinary.stages(config)),
    ],
    effort: (_, config) => searchEffort(config),
    inputs: (_, facts) => searchInputs(facts),
    outputs: (_, run) => [runPaths.weights(run)],
    leftovers: (_, run) => runPaths.drawing(run, 'search'),
    run: async (context) => (await import('./searchStage.ts')).searchStage(context),
  },
  merge: {
    selectedBy: ['pipeline', 'merge'],
    training: null,
    needsEngine: true,
    stages: ({merge}) => (merge ? [{kind: 'merge'}] : []),
    needs: (_, config) => [{kind: 'search'}, ...trainedExperts(config)],
    effort: () => ({}),
    // The disk decides: of digits a quarter of a second, of 114 million weights and four experts 1.5.
    seconds: () => 1,
    inputs: (_, {resolved, experts, ranges}) => {
      const {dtype, method, rules} = resolved.config.merge ?? {};
      return {merge: {dtype, method, rules}, experts, ranges};
    },
    outputs: madeModel,
    run: async (context) => (await import('./mergeStage.ts')).mergeStage(context),
  },
  reference: {
    selectedBy: ['pipeline', 'evaluate'],
    training: null,
    needsEngine: true,
    stages: ({evaluate}) => (evaluate && evaluate.features !== 'none' ? [{kind: 'reference'}] : []),
    needs: () => [],
    effort: () => ({}),
    seconds: ({evaluate}) => referenceSeconds(evaluate),
    inputs: (_, facts) => {
      const {features, keep, reference} = facts.resolved.config.evaluate ?? {};
      const files = referencePaths(facts.resolved.config.evaluate).map((path) => facts.evaluation[path]);
      return {
        ...images(facts),
        features,
        keep,
        ...(reference !== undefined && {reference, files}),
        ...networkStamps(facts),
      };
    },
    outputs: (_, run) => [runPaths.evaluation(run, 'reference')],
    leftovers: (_, run) => runPaths.drawing(run, 'reference'),
    run: async (context) => (await import('./referenceStage.ts')).referenceStage(context),
  },
  draw: {
    selectedBy: ['pipeline', 'evaluate'],
    training: null,
    needsEngine: true,
    stages: (config) => evaluatedModels(config).flatMap((model) => drawStages(model, config)),
    needs: ({model}, config) => (model.kind === 'ensemble' ? trainedExperts(config) : makersOf(model, config)),
    effort: (_, config) => drawingEffort(config, config.evaluate?.shards),
    inputs: () => null,
    outputs: () => [],
    partOf: ({model}) => ({kind: 'evaluate', model}),
    run: async (context, {model, shard}) => (await import('./drawStage.ts')).drawStage(context, model, shard),
  },
  evaluate: {
    selectedBy: ['pipeline', 'evaluate'],
    training: null,
    needsEngine: true,
    stages: (config) => evaluatedModels(config).map((model) => ({kind: 'evaluate', model})),
    needs: ({model}, config) => [
      ...(model.kind === 'ensemble' ? trainedExperts(config) : makersOf(model, config)),
      ...drawStages(model, config),
    ],
    effort: (_, config) => evaluationEffort(config),
    inputs: ({model}, facts) => {
      const {decouple, evaluate} = facts.resolved.config;
      const experts = decouple ? [] : givenExperts(model, facts.experts);
      return {
        ...images(facts),
        evaluate: {...evaluate, shards: undefined, reference: undefined, experts: undefined},
        ...networkStamps(facts),
        ...promptStamp(facts, evaluate?.sampling),
        ranges: facts.ranges,
        experts,
      };
    },
    outputs: ({model}, run) => [runPaths.evaluation(run, modelName(model))],
    leftovers: ({model}, run) => runPaths.drawing(run, modelName(model)),
    run: async (context, {model}) => (await import('./evaluateStage.ts')).evaluateStage(context, model),
  },
  report: {
    selectedBy: ['pipeline', 'evaluate'],
    training: null,
    needsEngine: false,
    stages: ({evaluate}) => (evaluate ? [{kind: 'report'}] : []),
    needs: (_, config) => [...registry.evaluate.stages(config), ...registry.reference.stages(config)],
    effort: () => ({}),
    seconds: reportSeconds,
    inputs: () => null,
    outputs: () => [],
    run: async (context) =>
      (await import('./reportStage.ts')).reportStage(context, selectedStages(context.resolved.config, 'pipeline')),
  },
};

/** The definition of a stage's kind. */
export function definitionOf<K extends StageKind>(stage: StageOf<K>): StageDefinition<K> {
  return registry[stage.kind];
}

/** The stages that a config has for what a user asks for. */
export function selectedStages(config: DemeConfig, selection: StageSelection['kind']): Stage[] {
  return stagesOf(config, ({selectedBy}) => selectedBy.includes(selection));
}

function stagesOf(config: DemeConfig, isWanted: (definition: StageDefinition<StageKind>) => boolean): Stage[] {
  return Object.values(registry)
    .filter((definition) => isWanted(definition))
    .flatMap((definition): Stage[] => definition.stages(config));
}

function trainedExperts(config: DemeConfig): StageOf<'expert'>[] {
  return config.decouple ? expertModels(config) : [];
}

/** One for each shard of the images that are measured; none where the evaluation draws them itself. */
function drawStages(model: RunModel, {evaluate}: DemeConfig): StageOf<'draw'>[] {
  if (evaluate?.shards === undefined || measuredCount(evaluate) === 0) return [];
  return Array.from({length: evaluate.shards}, (_, shard) => ({kind: 'draw', model, shard}));
}

/** The stages of a config that make a model; none for one that is given. Parts of a result, of which there may be thousands, make none. */
function makersOf(model: RunModel, config: DemeConfig): Stage[] {
  const whole = stagesOf(config, ({selectedBy, partOf}) => selectedBy.includes('pipeline') && partOf === undefined);
  return whole.filter((stage) => {
    const made = modelMadeBy(stage);
    return made !== null && modelName(made) === modelName(model);
  });
}

function madeModel<K extends StageKind>(stage: StageOf<K>, run: string): string[] {
  const model = modelMadeBy(stage);
  return model === null ? [] : [runPaths.model(run, modelName(model))];
}

function givenExperts(model: RunModel, hashes: readonly string[]): readonly string[] {
  if (model.kind === 'expert') return hashes.slice(model.index, model.index + 1);
  return model.kind === 'ensemble' ? hashes : [];
}
