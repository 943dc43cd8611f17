import type {StageInputs} from '../../contract/run/pipeline.ts';
import {parseStage} from '../../contract/run/stage.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {definitionOf} from '../stages/registry.ts';
import type {StageFacts} from './stageFacts.ts';
import {partOf, type PlannedStage} from './stagePlan.ts';

/**
 * All that the result of a stage depends on, as text by dotted path (`decouple.batch`, `base.weights`, `stages.expert-0`): what is equal
 * there gives an equal result. Null for a stage that gathers what others did and is always done again.
 * @param keyOf the key of a stage that this one needs
 */
export function stageInputs(
  {stage, name, needs}: PlannedStage,
  facts: StageFacts,
  keyOf: (stage: string) => string | undefined,
): StageInputs | null {
  const own = definitionOf(stage).inputs(stage, facts);
  if (own === null) return null;
  const {tool, engine, base} = facts;
  const results = needs.filter((need) => !isPart(need));
  const stages = Object.fromEntries(results.map((need) => [need, keyOf(need) ?? 'unknown']));
  return flat({stage: name, tool, engine, base, stages, ...own});
}

/** Whether a stage does a part of the work of the one that needs it: how that is shared changes no result. */
function isPart(name: string): boolean {
  const stage = parseStage(name);
  return stage !== null && partOf({stage}) !== null;
}

/** SHA-256 over the inputs of a stage. */
export function stageKey(inputs: StageInputs): string {
  return hashBytes(JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The paths in which two inputs differ. */
export function changedInputs(before: StageInputs, now: StageInputs): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((path) => before[path] !== now[path]);
}

/** Dotted paths to the leaves; a list is one leaf. */
function flat(value: unknown, path = ''): StageInputs {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {[path]: JSON.stringify(value)};
  const entries = Object.entries(value).map(([name, part]) => flat(part, path === '' ? name : `${path}.${name}`));
  return Object.assign({}, ...entries) as StageInputs;
}
