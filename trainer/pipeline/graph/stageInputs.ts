import type {DemeConfig} from '../../contract/config/config.ts';
import {runExperts, type StageInputs} from '../../contract/run/pipeline.ts';
import type {TrainingConfig} from '../../contract/config/training.ts';
import {ruledMerge} from '../../merge/ruledWeights.ts';
import {hashBytes} from '../../store/files/sha256.ts';
import type {StageFacts} from './stageFacts.ts';
import type {PlannedStage} from './stagePlan.ts';

/** Settings of a training that say what it tells and keeps, not what it computes. */
const reportingSettings = ['logEvery', 'bucketEvery', 'timestepBuckets', 'heldOutEvery', 'keepCheckpoints', 'samples'];

/**
 * All that the result of a stage depends on, as text by dotted path (`decouple.batch`, `base.weights`, `stages.expert-0`): what is equal
 * there gives an equal result. Null for a stage that gathers what others did and is always done again.
 * @param keyOf the key of a stage that this one needs
 */
export function stageInputs(
  {name, needs}: PlannedStage,
  facts: StageFacts,
  keyOf: (stage: string) => string | undefined,
): StageInputs | null {
  const own = ownInputs(name, facts);
  if (own === null) return null;
  const {tool, engine, base} = facts;
  const stages = Object.fromEntries(needs.map((need) => [need, keyOf(need) ?? 'unknown']));
  return flat({stage: name, tool, engine, base, stages, ...own});
}

/** SHA-256 over the inputs of a stage. */
export function stageKey(inputs: StageInputs): string {
  return hashBytes(JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The paths in which two inputs differ. */
export function changedInputs(before: StageInputs, now: StageInputs): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((path) => before[path] !== now[path]);
}

/** What one stage depends on besides engine, base and other stages; null for the report. */
function ownInputs(stage: string, facts: StageFacts): Record<string, unknown> | null {
  const {config} = facts.resolved;
  const {data, pretrain, decouple, merge, evaluate} = config;
  const images = {data: {...data, files: facts.data}};
  const expert = /^expert-(\d+)$/.exec(stage);
  if (stage === 'pretrain') return {...images, pretrain: pretrain && computing(pretrain)};
  if (expert) return {...images, decouple: expertSettings(config), range: facts.ranges[Number(expert[1])]};
  if (stage === 'ordinary') return {...images, decouple: ordinarySettings(config)};
  if (stage === 'search') return searchInputs(facts, images);
  if (stage === 'merge')
    return {
      merge: {dtype: merge?.dtype, method: merge?.method, rules: merge?.rules},
      experts: facts.experts,
      ranges: facts.ranges,
    };
  if (stage === 'reference') return images;
  const model = /^evaluate-(.+)$/.exec(stage)?.[1];
  if (model === undefined) return null;
  const experts = decouple ? [] : givenExperts(model, facts.experts);
  return {...images, evaluate, ranges: facts.ranges, experts};
}

/** Given weights need neither images nor a search. */
function searchInputs({resolved, experts, ranges}: StageFacts, images: {data: object}): Record<string, unknown> {
  const {merge} = resolved.config;
  if (merge?.weights) return {merge: {weights: merge.weights}};
  return {...images, merge: {search: merge?.search, ...ruledMerge(merge)}, experts, ranges};
}

function givenExperts(model: string, hashes: readonly string[]): readonly string[] {
  const expert = /^expert-(\d+)$/.exec(model);
  if (expert) return hashes.slice(Number(expert[1]), Number(expert[1]) + 1);
  return model === 'ensemble' ? hashes : [];
}

function expertSettings({decouple}: DemeConfig): Record<string, unknown> {
  if (decouple === undefined) return {};
  const {ranges: _, edges: __, ...settings} = decouple;
  return computing(settings);
}

/** The ordinary finetune knows neither ranges nor teacher. */
function ordinarySettings(config: DemeConfig): Record<string, unknown> {
  const {probability: _, consistency: __, projection: ___, ...settings} = expertSettings(config);
  return {...settings, updates: (config.decouple?.updates ?? 0) * runExperts(config)};
}

/** Where checkpoints are written matters only to a training that may go back to one. */
function computing(settings: Partial<TrainingConfig>): Record<string, unknown> {
  const left = settings.retry ? reportingSettings : [...reportingSettings, 'checkpointEvery'];
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !left.includes(name)));
}

/** Dotted paths to the leaves; a list is one leaf. */
function flat(value: unknown, path = ''): StageInputs {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {[path]: JSON.stringify(value)};
  const entries = Object.entries(value).map(([name, part]) => flat(part, path === '' ? name : `${path}.${name}`));
  return Object.assign({}, ...entries) as StageInputs;
}
