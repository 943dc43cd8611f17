import {resolve} from 'node:path';
import {configRanges, runExperts, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import {startPaths} from '../graph/evaluationInputs.ts';
import type {StageFacts} from '../graph/stageFacts.ts';
import {stageInputs, stageKey} from '../graph/stageInputs.ts';
import {partOf, type PlannedStage} from '../graph/stagePlan.ts';
import {inOrder} from '../graph/takeOver.ts';

/** A run of a matrix, before it is submitted. */
export interface CellRun {
  /** The run folder. */
  readonly run: string;
  readonly resolved: ResolvedConfig;
  readonly stages: readonly PlannedStage[];
  /** Names of the stages that are done. */
  readonly finished: ReadonlySet<string>;
}

/** What a run does itself, and from which other run it takes over the rest. */
export interface SharedCell {
  readonly run: string;
  /** The stages to submit. */
  readonly stages: readonly PlannedStage[];
  /** Folder of the run that carries a stage out, by the stage's name. */
  readonly shared: Readonly<Record<string, string>>;
}

/**
 * Has each stage that several runs would make alike carried out by the first of them. Stages that no other stage of their run needs are the
 * run's own: nobody would take them over.
 */
export function shareStages(cells: readonly CellRun[]): SharedCell[] {
  const makers = new Map<string, string>();
  const keyed = cells.map((cell) => ({cell, keys: keysOf(cell)}));
  for (const {cell, keys} of keyed) {
    for (const [name, key] of keys) if (cell.finished.has(name) && !makers.has(key)) makers.set(key, cell.run);
  }
  return keyed.map(({cell, keys}) => {
    const {run, stages, finished} = cell;
    const isNeeded = (name: string) => stages.some(({needs}) => needs.includes(name));
    const shared: Record<string, string> = {};
    for (const {name} of stages) {
      const key = keys.get(name);
      if (key === undefined || finished.has(name) || !isNeeded(name)) continue;
      const maker = makers.get(key);
      if (maker === undefined) makers.set(key, run);
      else if (maker !== run) shared[name] = maker;
    }
    const own = stages.filter((stage) => {
      const whole = partOf(stage) ?? stage.name;
      return shared[whole] === undefined && !finished.has(stage.name) && !finished.has(whole);
    });
    return {run, stages: own, shared};
  });
}

/** By name, what the result of each stage follows from, as far as a config says it: all cells read the same files of the same names. */
function keysOf({resolved, stages}: CellRun): Map<string, string> {
  const facts = configFacts(resolved);
  const keys = new Map<string, string>();
  for (const stage of inOrder(stages.filter((each) => partOf(each) === null))) {
    const inputs = stageInputs(stage, facts, (need) => keys.get(need));
    if (inputs !== null) keys.set(stage.name, stageKey(inputs));
  }
  return keys;
}

function configFacts(resolved: ResolvedConfig): StageFacts {
  const {config, folder, baseFolder} = resolved;
  const count = runExperts(config);
  // Equal ranges follow from their number.
  const ranges = configRanges(config, null) ?? Array.from({length: count}, (_, i): [number, number] => [i, count]);
  return {
    resolved,
    engine: {name: 'wasm', version: JSON.stringify(config.engine), device: 'CPU', threads: 1},
    tool: '',
    base: {weights: baseFolder ?? ''},
    experts: (config.experts ?? []).map(({model}) => resolve(folder, model)),
    ranges,
    data: null,
    evaluation: Object.fromEntries(startPaths(config).map((path) => [path, resolve(folder, path)])),
  };
}
