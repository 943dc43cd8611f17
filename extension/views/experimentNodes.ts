import {basename} from 'node:path';
import {printable} from '../../trainer/contract/printable.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import type {Job} from '../runs/jobQueue.ts';
import {configFileOf, type Run} from '../runs/run.ts';
import {bestLoss} from '../runs/runText.ts';
import type {StudyFile} from '../studies/studyFile.ts';
import type {ExperimentNode} from './experimentNode.ts';
import {runNode} from './runNode.ts';
import {studyGroup} from './studyNodes.ts';

export const sortOrders = ['newest', 'name', 'state', 'loss'] as const;
export type SortOrder = (typeof sortOrders)[number];

/** What the tree shows, and in which order. */
export interface TreeChoice {
  /** Lower-case words that must all occur in a run's name, state, tags or note. */
  readonly filter: string;
  readonly sort: SortOrder;
}

/** What there is to show. */
export interface TreeContent {
  readonly runs: readonly Run[];
  readonly configs: readonly string[];
  readonly jobs: readonly Job[];
  readonly choice: TreeChoice;
  /** Run folders that cannot be read, and why. */
  readonly unreadable?: ReadonlyMap<string, string>;
  /** Oldest first. */
  readonly studies?: readonly StudyFile[];
}

/**
 * The tree of experiments: one for each config file, its runs below, their parts below those; first what waits, and configs without
 * runs last, before studies and what cannot be read.
 */
export function experimentNodes({
  runs,
  configs,
  jobs,
  choice,
  unreadable = new Map(),
  studies = [],
}: TreeContent): ExperimentNode[] {
  const byConfig = new Map<string, Run[]>();
  for (const run of runs.filter((each) => isWanted(each, choice.filter))) {
    const config = configFileOf(run);
    byConfig.set(config, [...(byConfig.get(config) ?? []), run]);
  }
  const waiting = jobs.filter(({state}) => state !== 'running');
  const groups = [...byConfig].sort(([, a], [, b]) => compareRuns(choice.sort, newest(a), newest(b)));
  const isNew = (config: string) => runs.every((run) => configFileOf(run) !== config);
  return [
    ...(waiting.length === 0 ? [] : [queueNode(waiting)]),
    ...groups.map(([config, own]) => experimentNode(config, own, choice.sort)),
    ...(choice.filter === '' ? configs.filter(isNew).map(newExperimentNode) : []),
    ...(choice.filter === '' ? studyGroup(studies) : []),
    ...[...unreadable].sort().map(unreadableNode),
  ].map(withPrintableText);
}

/** Names, notes and messages come from files and may hold anything. */
function withPrintableText(node: ExperimentNode): ExperimentNode {
  const {label, description, children} = node;
  return {
    ...node,
    label: printable(label),
    description: printable(description),
    children: children.map(withPrintableText),
  };
}

function isWanted(run: Run, filter: string): boolean {
  const {tags, note} = run.notes;
  const text = [run.record.id, run.record.name, run.state?.state ?? 'starting', ...tags, note].join(' ').toLowerCase();
  return filter.split(/\s+/).every((word) => text.includes(word));
}

function newest(runs: readonly Run[]): Run {
  const last = runs.at(-1);
  if (last === undefined) throw new Error('an experiment has a run');
  return last;
}

function compareRuns(sort: SortOrder, a: Run, b: Run): number {
  const byAge = Date.parse(b.record.created) - Date.parse(a.record.created);
  switch (sort) {
    case 'newest':
      return byAge;
    case 'name':
      return a.record.name.localeCompare(b.record.name) || byAge;
    case 'state':
      return stateRank(a) - stateRank(b) || byAge;
    case 'loss':
      return (bestLoss(a)?.loss ?? Infinity) - (bestLoss(b)?.loss ?? Infinity) || byAge;
  }
}

const stateOrder = ['running', 'queued', 'paused', 'stopping', 'failed', 'lost', 'stopped', 'done'];

function stateRank({state}: Run): number {
  return state === null ? 0 : stateOrder.indexOf(state.state);
}

function queueNode(jobs: readonly Job[]): ExperimentNode {
  const waiting = jobs.filter(({state}) => state === 'queued').length;
  return {
    id: 'queue',
    label: 'Queue',
    description: waiting === 0 ? 'starting' : `${waiting} waiting`,
    icon: 'clock',
    context: 'queue',
    isExpanded: true,
    children: jobs.map((job) => ({
      id: `job:${job.id}`,
      label: job.title,
      description: job.state,
      icon: job.state === 'queued' ? 'clock' : 'loading~spin',
      context: `job.${job.state}`,
      children: [],
      job,
    })),
  };
}

function experimentNode(config: string, runs: readonly Run[], sort: SortOrder): ExperimentNode {
  const sorted = [...runs].sort((a, b) => compareRuns(sort, a, b));
  const last = newest(runs);
  const count = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
  return {
    id: `experiment:${config}`,
    label: last.record.name,
    description: [basename(config), count].join(', '),
    icon: 'beaker',
    context: 'experiment',
    isExpanded: true,
    children: sorted.map(runNode),
    config,
  };
}

/** A run folder that nobody can make sense of; a click opens what should say what it is. */
function unreadableNode([path, fault]: [string, string]): ExperimentNode {
  const file = runPaths.record(path);
  const id = `unreadable:${path}`;
  const shown = {label: basename(path), description: `cannot be read: ${fault}`, icon: 'warning'};
  return {id, ...shown, color: 'charts.yellow', context: 'unreadable', children: [], file};
}

function newExperimentNode(config: string): ExperimentNode {
  const label = basename(config).replace(/\.deme\.\w+$/, '');
  // Another id than with runs: what was a leaf would stay closed.
  const id = `new:${config}`;
  return {id, label, description: 'no runs yet', icon: 'beaker', context: 'experiment', children: [], config};
}
