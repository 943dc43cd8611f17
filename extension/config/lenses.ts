import {outlineConfig, type ConfigOutline} from '../../trainer/contract/config/configOutline.ts';
import {childValue} from '../../trainer/contract/config/configSchema.ts';
import {benchmarkNames} from '../../trainer/contract/benchmark/benchmarkPlan.ts';
import {equalEdges} from '../../trainer/contract/config/rangeEdges.ts';
import {expertTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import {stageName, type Stage} from '../../trainer/contract/run/stage.ts';
import type {StudyKind} from '../../trainer/contract/studies/studyContent.ts';
import {studyText} from '../../trainer/contract/studies/studyProgress.ts';
import type {Job} from '../runs/jobQueue.ts';
import {isActiveRun, isResumable, type Run} from '../runs/run.ts';
import {labelText} from '../shownText.ts';
import type {StudyFile} from '../studies/studyFile.ts';
import {studyIcons} from '../views/studyNodes.ts';
import {bestText, runStateText, stageText} from '../runs/runText.ts';

/** A line of text above a line of a config that does something when it is pressed. */
export interface Lens {
  /** Counted from 1. */
  readonly line: number;
  readonly title: string;
  readonly tooltip: string;
  /** Command id; its arguments follow the config file. */
  readonly command: string;
  readonly rest: readonly unknown[];
}

/** What is known about the work of a config. */
export interface ConfigWork {
  /** Newest run of the config. */
  readonly run: Run | null;
  /** Its jobs that wait or are being started. */
  readonly jobs: readonly Job[];
  /** Training timesteps of its base; null where they are not known. */
  readonly timesteps: number | null;
  /** Studies, matrices and benchmarks that were made of it, oldest first. */
  readonly studies: readonly StudyFile[];
  /** Whether anything may be run here. */
  readonly canRun: boolean;
}

/** The lenses of a config text. */
export function lensesOf(text: string, work: ConfigWork): Lens[] {
  const outline = outlineConfig(text);
  const sections = work.canRun ? [pretrain, decouple, merge, evaluate] : [];
  return [experiment, ...sections, matrix].flatMap((section) => section(outline, work));
}

function experiment(outline: ConfigOutline, work: ConfigWork): Lens[] {
  const line = lineOf(outline, ['name']) ?? 1;
  const {run, canRun} = work;
  const lenses: Lens[] = [];
  if (run !== null)
    lenses.push(lens(line, `${icon(run)} ${labelText(runStateText(run))}`, 'deme.openPanel', `Open ${run.record.id}`));
  if (canRun) lenses.push(...runLenses(outline, line, work), ...benchmarkLenses(outline, line));
  lenses.push(lens(line, '$(graph) Open panel', 'deme.openPanel', 'Losses, samples and numbers'));
  return [...lenses, ...studyLenses(line, work, ['study', 'benchmark'])];
}

/** Above the config of a benchmark of the paper. `digits` is the name of many an experiment. */
function benchmarkLenses(outline: ConfigOutline, line: number): Lens[] {
  const name = childValue(outline.value, 'name');
  const benchmark = benchmarkNames.find(
    (each) => each !== 'digits' && (name === each || String(name).startsWith(`${each}-scale-`)),
  );
  if (benchmark === undefined) return [];
  const what = 'Train, search, draw and score as in the paper, for a table beside its numbers';
  return [lens(line, '$(checklist) Run benchmark...', 'deme.runBenchmark', what, benchmark)];
}

function runLenses(outline: ConfigOutline, line: number, {run, jobs}: ConfigWork): Lens[] {
  const waiting = jobs.map(({id, title, state}) =>
    lens(line, `$(clock) ${labelText(title)}: ${state}`, 'deme.cancelJob', 'Take it out of the queue', id),
  );
  if (run !== null && isActiveRun(run)) return [...controlLenses(line, run), ...waiting];
  const isPipeline = ['decouple', 'experts', 'merge', 'evaluate'].some((key) => has(outline, key));
  const goOn = run !== null && isResumable(run) ? [resumeLens(line, run, 'Go on from the last checkpoints')] : [];
  if (!isPipeline) return [...goOn, ...waiting];
  const what = 'Train the experts, search the weights, merge and evaluate';
  const launch = childValue(outline.value, 'launch');
  const isLaunched = launch !== undefined && childValue(launch, 'kind') !== 'local';
  const [title, tooltip] = isLaunched
    ? ['$(play) Run pipeline on Slurm', `${what}, as jobs of the cluster`]
    : ['$(play) Run pipeline', what];
  // A config that says where it runs has the other place beside it.
  const other = isLaunched
    ? lens(line, '$(device-desktop) Run here', 'deme.runHere', `${what}, on this machine`)
    : lens(line, '$(server) Run on Slurm', 'deme.runOnSlurm', `${what}, as jobs of the cluster`);
  const others = launch === undefined ? [] : [other];
  return [...goOn, lens(line, title, 'deme.runPipeline', tooltip), ...others, ...waiting];
}

function controlLenses(line: number, run: Run): Lens[] {
  const stop = lens(line, '$(debug-stop) Stop', 'deme.stop', 'Write checkpoints and end', run.path);
  if (run.state?.state === 'running')
    return [lens(line, '$(debug-pause) Pause', 'deme.pause', 'Wait after the next update', run.path), stop];
  if (run.state?.state === 'paused') return [resumeLens(line, run, 'Go on'), stop];
  if (run.state?.state === 'queued')
    return [lens(line, '$(debug-stop) Stop', 'deme.stop', 'Take its jobs out of the queue of the cluster', run.path)];
  return [];
}

function resumeLens(line: number, run: Run, tooltip: string): Lens {
  return lens(line, '$(debug-continue) Resume', 'deme.resume', tooltip, run.path);
}

function pretrain(outline: ConfigOutline, {run}: ConfigWork): Lens[] {
  const line = lineOf(outline, ['pretrain']);
  if (line === undefined) return [];
  const title = withState('$(play) Pretrain', run, {kind: 'pretrain'});
  return [lens(line, title, 'deme.pretrain', 'Train a base from random weights')];
}

function decouple(outline: ConfigOutline, {run, timesteps}: ConfigWork): Lens[] {
  const line = lineOf(outline, ['decouple']);
  if (line === undefined) return [];
  const edges = edgesOf(outline, timesteps);
  const rangeLine = lineOf(outline, ['decouple', 'edges']) ?? lineOf(outline, ['decouple', 'ranges']) ?? line;
  const all = lens(line, '$(play) Finetune all ranges', 'deme.finetune', 'Train one expert for each range', null);
  const one = (range: number) => {
    const title = withState(`Finetune ${expertTitle(range, rangesOf(edges))}`, run, {
      kind: 'expert',
      index: range,
    });
    return lens(rangeLine, title, 'deme.finetune', `Train expert ${range} only`, range);
  };
  const what = 'Measure at which timesteps the gradients of the base conflict, and choose edges for the config';
  const propose = has(outline, 'base')
    ? [lens(rangeLine, '$(lightbulb) Propose ranges', 'deme.proposeRanges', what)]
    : [];
  return [all, ...propose, ...Array.from({length: edges.length - 1}, (_, range) => one(range))];
}

function merge(outline: ConfigOutline, {run}: ConfigWork): Lens[] {
  const line = lineOf(outline, ['merge']);
  if (line === undefined) return [];
  const number = run === null ? null : bestText(run);
  const title = withState('$(git-merge) Merge', run, {kind: 'merge'}, number);
  const lenses = [lens(line, title, 'deme.merge', 'Merge the experts with the weights of the config or of the search')];
  if (outline.keySpan(['merge', 'weights']) !== undefined) return lenses;
  const search = withState('$(search) Search weights', run, {kind: 'search'});
  const searchLine = lineOf(outline, ['merge', 'search']) ?? line;
  return [
    ...lenses,
    lens(searchLine, search, 'deme.searchWeights', 'Find the weights with the least held-out loss or distance'),
  ];
}

function evaluate(outline: ConfigOutline, {run}: ConfigWork): Lens[] {
  const line = lineOf(outline, ['evaluate']);
  if (line === undefined) return [];
  const title = withState('$(beaker) Evaluate', run, {kind: 'report'});
  const samplingLine = lineOf(outline, ['evaluate', 'sampling']) ?? line;
  return [
    lens(line, title, 'deme.evaluate', 'Measure base, experts, ensemble and merged model'),
    lens(samplingLine, '$(device-camera) Sample', 'deme.sample', 'Draw images from a model of this experiment'),
  ];
}

function matrix(outline: ConfigOutline, work: ConfigWork): Lens[] {
  const line = lineOf(outline, ['matrix']);
  if (line === undefined) return [];
  const what = 'Run each combination of these settings, as one table';
  const run = work.canRun ? [lens(line, '$(table) Run matrix...', 'deme.runMatrix', what)] : [];
  return [...run, ...studyLenses(line, work, ['matrix'])];
}

/** `$(mortar-board) Study: 3 of 9 runs`, for those that there are. */
function studyLenses(line: number, {studies}: ConfigWork, kinds: readonly StudyKind[]): Lens[] {
  return studies.flatMap(({kind, path, content}) => {
    if (content === null || !kinds.includes(kind)) return [];
    const name = kind.charAt(0).toUpperCase() + kind.slice(1);
    const title = `$(${studyIcons[kind]}) ${name}: ${labelText(studyText(content))}`;
    return [lens(line, title, 'deme.showStudy', 'Its table, differences and pictures', path)];
  });
}

/** Edges between the ranges; NaN where only their number is known. */
function edgesOf(outline: ConfigOutline, timesteps: number | null): number[] {
  const section = childValue(outline.value, 'decouple');
  const edges = childValue(section, 'edges');
  if (Array.isArray(edges) && edges.length > 1) return edges.map(Number);
  const ranges = childValue(section, 'ranges') ?? defaultRanges;
  const isCount = typeof ranges === 'number' && Number.isInteger(ranges) && ranges >= 1 && ranges <= maxRanges;
  return equalEdges(isCount ? ranges : 0, timesteps ?? NaN);
}

const defaultRanges = 4;
/** More would not fit above a line. */
const maxRanges = 64;

/** The ranges between edges, as far as these are known. */
function rangesOf(edges: readonly number[]): Ranges {
  return edges.slice(1).map((high, i) => {
    const low = edges[i] ?? NaN;
    return Number.isInteger(low) && Number.isInteger(high) ? ([low, high] as const) : undefined;
  });
}

/** `Merge: done, held-out loss 0.0212`; the title alone for a stage that nobody has begun. */
function withState(title: string, run: Run | null, stage: Stage, number: string | null = null): string {
  const progress = run?.progress.stages.get(stageName(stage));
  if (run === null || progress === undefined || progress.state === 'waiting') return title;
  const isDone = progress.state === 'done';
  return `${title}: ${[labelText(stageText(run, progress)), ...(isDone && number !== null ? [number] : [])].join(', ')}`;
}

function icon(run: Run): string {
  if (run.state?.state === 'running') return '$(sync~spin)';
  if (run.state?.state === 'done') return '$(pass)';
  return run.state?.state === 'failed' || run.state?.state === 'lost' ? '$(error)' : '$(graph)';
}

function has(outline: ConfigOutline, key: string): boolean {
  return outline.keySpan([key]) !== undefined;
}

function lineOf(outline: ConfigOutline, path: readonly string[]): number | undefined {
  return outline.keySpan(path)?.line;
}

function lens(line: number, title: string, command: string, tooltip: string, ...rest: unknown[]): Lens {
  return {line, title, tooltip, command, rest};
}
