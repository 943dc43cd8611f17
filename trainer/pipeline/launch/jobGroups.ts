import {jobKinds, type JobKind} from '../../contract/config/launchConfig.ts';
import {modelName} from '../../contract/run/runModel.ts';
import type {StageKind} from '../../contract/run/stage.ts';
import {portions} from '../../launch/portions.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';

/** Stages of one run that a job carries out side by side. */
export interface JobTask {
  /** The run folder. */
  readonly run: string;
  readonly stages: readonly PlannedStage[];
}

/** Tasks that are submitted by one command: a job, or an array of them. */
export interface JobGroup {
  /** As in `train` or `evaluate-merged`; no two groups of a submission have the same. */
  readonly name: string;
  readonly kind: JobKind;
  readonly tasks: readonly JobTask[];
  readonly needs: readonly GroupNeed[];
}

/** What must be over before a group begins. */
export interface GroupNeed {
  readonly group: string;
  /** Number of the task; null: all of them. */
  readonly task: number | null;
  readonly mustSucceed: boolean;
}

/** The stages of a run that are to be submitted. */
export interface RunStages {
  readonly run: string;
  readonly stages: readonly PlannedStage[];
}

/** Slurm takes numbers below 1001 unless it is told otherwise. */
const largestArray = 1000;

const kindOf: Readonly<Record<StageKind, JobKind>> = {
  pretrain: 'train',
  ordinary: 'train',
  baseline: 'train',
  expert: 'train',
  search: 'search',
  merge: 'merge',
  draw: 'sample',
  reference: 'evaluate',
  evaluate: 'evaluate',
  report: 'report',
};

/** The kind of job that a stage is. */
export function jobKindOf({stage}: Pick<PlannedStage, 'stage'>): JobKind {
  return kindOf[stage.kind];
}

/**
 * The jobs of one run. Stages that wait for the same others are an array, and each waits only for what it needs. The report does not mind
 * failures: it says what is missing.
 */
export function runGroups({run, stages}: RunStages, {pack}: {pack: number}): JobGroup[] {
  const groups = new Groups(stages.length);
  for (const kind of jobKinds) {
    const alike = new Map<string, PlannedStage[]>();
    for (const stage of stages.filter((each) => jobKindOf(each) === kind)) {
      const key = stage.needs.filter((need) => groups.has(run, need)).join(' ');
      alike.set(key, [...(alike.get(key) ?? []), stage]);
    }
    for (const some of alike.values()) {
      const tasks = portions(some, kind === 'train' ? pack : 1).map((each) => ({run, stages: each}));
      const needs = groups.needsOf(run, some[0]?.needs ?? [], kind !== 'report');
      groups.add(nameOf(kind, some), kind, tasks, needs);
    }
  }
  return groups.all;
}

/**
 * The jobs of many runs: an array for each kind of stage, whatever run it belongs to, since a scheduler shall not get a command for each cell
 * of a matrix. An array waits for the whole of those before it, and each of its tasks looks by itself whether what it needs is there: one that
 * fails costs the others nothing.
 */
export function matrixGroups(runs: readonly RunStages[], {pack}: {pack: number}): JobGroup[] {
  const groups = new Groups(runs.length);
  for (const kind of jobKinds) {
    const own = runs.map(({run, stages}) => ({run, stages: stages.filter((each) => jobKindOf(each) === kind)}));
    const packed = kind === 'train' ? pack : 1;
    const tasks = own.flatMap(({run, stages}) => portions(stages, packed).map((some) => ({run, stages: some})));
    if (tasks.length > 0) groups.add(kind, kind, tasks, groups.wholes());
  }
  return groups.all;
}

class Groups {
  readonly all: JobGroup[] = [];
  readonly #places = new Map<string, {group: string; task: number}>();

  constructor(readonly stages: number) {}

  has(run: string, stage: string): boolean {
    return this.#places.has(placeOf(run, stage));
  }

  add(wanted: string, kind: JobKind, tasks: readonly JobTask[], needs: readonly GroupNeed[]): void {
    for (const some of portions(tasks, largestArray)) {
      const name = this.#freeName(wanted);
      this.all.push({name, kind, tasks: some, needs});
      some.forEach(({run, stages}, task) =>
        stages.forEach((stage) => this.#places.set(placeOf(run, stage.name), {group: name, task})),
      );
    }
  }

  /** A group all of whose tasks are needed is one need: a command can only be so long. */
  needsOf(run: string, stages: readonly string[], mustSucceed: boolean): GroupNeed[] {
    const tasks = new Map<string, Set<number>>();
    for (const stage of stages) {
      const place = this.#places.get(placeOf(run, stage));
      if (place) tasks.set(place.group, (tasks.get(place.group) ?? new Set()).add(place.task));
    }
    return [...tasks].flatMap(([group, some]): GroupNeed[] => {
      const isWhole = this.all.find(({name}) => name === group)?.tasks.length === some.size;
      if (isWhole) return [{group, task: null, mustSucceed}];
      return [...some].sort((a, b) => a - b).map((task) => ({group, task, mustSucceed}));
    });
  }

  wholes(): GroupNeed[] {
    return this.all.map(({name}) => ({group: name, task: null, mustSucceed: false}));
  }

  #freeName(wanted: string): string {
    const isTaken = (name: string) => this.all.some((group) => group.name === name);
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted}-part-${n}`;
      if (!isTaken(name)) return name;
    }
  }
}

/** That of the stage itself, or of the one model whose images are drawn, where there is but one. */
function nameOf(kind: JobKind, stages: readonly PlannedStage[]): string {
  const [first, ...others] = stages;
  if (first !== undefined && others.length === 0) return first.name;
  const drawn = new Set(stages.map(({stage}) => (stage.kind === 'draw' ? modelName(stage.model) : '')));
  const [model] = drawn;
  return model && drawn.size === 1 ? `${kind}-${model}` : kind;
}

function placeOf(run: string, stage: string): string {
  return `${stage} ${run}`;
}
