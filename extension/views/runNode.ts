import {basename} from 'node:path';
import {expertTitle} from '../../trainer/contract/overview/stageTitle.ts';
import {modelName} from '../../trainer/contract/run/runModel.ts';
import type {StageProgress} from '../../trainer/contract/run/runProgress.ts';
import {modelMadeBy, parseStage, stageName, type StageKind, type StageOf} from '../../trainer/contract/run/stage.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {launchedStagesOf} from '../runs/launchedStagesOf.ts';
import {configFileOf, isActiveRun, type Run} from '../runs/run.ts';
import {knownRanges} from '../runs/runHeadline.ts';
import {bestLoss, lossText, runStateText, stageStateOf, stageText} from '../runs/runText.ts';
import type {ExperimentNode} from './experimentNode.ts';

/** A run and its parts: base, experts, merged model, evaluations. */
export function runNode(run: Run): ExperimentNode {
  const tags = run.notes.tags.map((tag) => `#${tag}`);
  const note = run.notes.note.split('\n')[0]?.slice(0, 60);
  return {
    id: `run:${run.path}`,
    label: run.record.id,
    description: [runStateText(run), ...tags, ...(note ? [note] : [])].join(' · '),
    ...runIcon(run),
    context: `run.${run.state?.state ?? 'new'}`,
    isExpanded: isActiveRun(run),
    children: runParts(run),
    run,
    config: configFileOf(run),
  };
}

/** Icon and colour of a state; the description has it in words. */
function runIcon({state, silentSeconds}: Run): Pick<ExperimentNode, 'icon' | 'color'> {
  if (silentSeconds !== null) return {icon: 'warning', color: 'charts.yellow'};
  switch (state?.state) {
    case undefined:
      return {icon: 'loading~spin'};
    case 'running':
    case 'stopping':
      return {icon: 'sync~spin', color: 'charts.blue'};
    case 'queued':
      return {icon: 'watch', color: 'charts.blue'};
    case 'paused':
      return {icon: 'debug-pause', color: 'charts.yellow'};
    case 'stopped':
      return {icon: 'debug-stop', color: 'charts.yellow'};
    case 'failed':
      return {icon: 'error', color: 'charts.red'};
    case 'lost':
      return {icon: 'question', color: 'charts.red'};
    case 'done':
      return {icon: 'pass', color: 'charts.green'};
  }
}

function runParts(run: Run): ExperimentNode[] {
  const {config} = run.config;
  const stages = [...run.progress.stages.values()];
  const parts: ExperimentNode[] = [];
  if (run.config.baseFolder !== null) parts.push(baseNode(run, run.config.baseFolder));
  parts.push(...ofKind(stages, 'pretrain').map((shown) => modelNode(run, shown, 'Pretrained base')));
  const experts = ofKind(stages, 'expert');
  if (experts.length > 0) parts.push(expertsNode(run, experts));
  parts.push(...ofKind(stages, 'ordinary').map((shown) => modelNode(run, shown, 'Ordinary finetune')));
  parts.push(...ofKind(stages, 'baseline').map((shown) => modelNode(run, shown, `Baseline ${shown.stage.name}`)));
  if (config.merge) parts.push(...ofKind(stages, 'merge').map((shown) => mergedNode(run, shown)));
  const evaluations = ofKind(stages, 'evaluate');
  if (evaluations.length > 0) parts.push(evaluationsNode(run, evaluations));
  return parts;
}

/** A stage of one kind, and how far it is. */
interface ShownStage<K extends StageKind = StageKind> {
  readonly stage: StageOf<K>;
  readonly progress: StageProgress;
}

function ofKind<K extends StageKind>(stages: readonly StageProgress[], kind: K): ShownStage<K>[] {
  return stages.flatMap((progress) => {
    const stage = parseStage(progress.stage);
    return stage?.kind === kind ? [{stage: stage as StageOf<K>, progress}] : [];
  });
}

function baseNode(run: Run, model: string): ExperimentNode {
  const id = `part:${run.path}:base`;
  const description = lossOf(run, 'base') ?? basename(model);
  return {id, label: 'Base', description, icon: 'package', context: 'model', children: [], model, run};
}

function expertsNode(run: Run, experts: readonly ShownStage<'expert'>[]): ExperimentNode {
  const sorted = [...experts].sort((a, b) => a.stage.index - b.stage.index);
  return {
    id: `part:${run.path}:experts`,
    label: 'Experts',
    description: doneText(experts),
    icon: 'layers',
    context: 'experts',
    isExpanded: isActiveRun(run),
    children: sorted.map((shown) => modelNode(run, shown, expertLabel(run, shown.stage.index))),
    run,
  };
}

function doneText(stages: readonly ShownStage[]): string {
  return `${stages.filter(({progress}) => progress.state === 'done').length} of ${stages.length} done`;
}

/** `Expert 1, t 250 to 499`; without the timesteps where they are not known. */
function expertLabel(run: Run, index: number): string {
  const title = expertTitle(index, knownRanges(run));
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function mergedNode(run: Run, shown: ShownStage<'merge'>): ExperimentNode {
  const search = run.progress.stages.get(stageName({kind: 'search'}));
  const isSearching = search !== undefined && stageStateOf(run, search) === 'running';
  const made = modelNode(run, shown, 'Merged');
  // The search has no row of its own, and nothing is merged without it.
  const searched = search === undefined ? {} : launchedPart(run, search);
  const node = {...made, ...(shown.progress.state === 'done' && {isMerged: true}), ...searched};
  return isSearching ? {...node, description: `searching the weights, ${stageText(run, search)}`} : node;
}

/** A model that a stage makes; it is there once the stage is done. */
function modelNode(run: Run, {stage, progress}: ShownStage, label: string): ExperimentNode {
  const isDone = progress.state === 'done';
  const made = modelMadeBy(stage);
  const model = made && modelName(made);
  const done = stageText(run, progress);
  const number = (isDone && model !== null ? lossOf(run, model) : null) ?? currentLoss(progress);
  return {
    id: `part:${run.path}:${progress.stage}`,
    label,
    description: (isDone ? [number, done] : [done, number]).filter((text) => text !== null).join(' · '),
    ...stageIcon(run, progress),
    context: isDone ? 'model' : 'stage',
    children: [],
    run,
    ...launchedPart(run, progress),
    ...(isDone && model !== null && {model: runPaths.model(run.path, model)}),
  };
}

/** Of a stage whose job waits or runs, which can be cancelled. */
function launchedPart(run: Run, {stage}: StageProgress): Pick<ExperimentNode, 'launchedStage'> & {context?: string} {
  return launchedStagesOf(run).some((open) => open.stage === stage) ? {launchedStage: stage, context: 'stage.job'} : {};
}

function evaluationsNode(run: Run, evaluations: readonly ShownStage<'evaluate'>[]): ExperimentNode {
  const best = bestLoss(run);
  const description = best === null ? doneText(evaluations) : heldOutText(best.loss);
  const children = evaluations.map((shown) => evaluationNode(run, shown));
  const id = `part:${run.path}:evaluations`;
  return {id, label: 'Evaluations', description, icon: 'graph', context: 'evaluations', children, run};
}

function evaluationNode(run: Run, {stage, progress}: ShownStage<'evaluate'>): ExperimentNode {
  const model = modelName(stage.model);
  const isDone = progress.state === 'done';
  return {
    id: `part:${run.path}:${progress.stage}`,
    label: model,
    description: lossOf(run, model) ?? stageText(run, progress),
    ...stageIcon(run, progress),
    context: 'evaluation',
    children: [],
    run,
    ...launchedPart(run, progress),
    ...(isDone && run.config.config.evaluate?.grid && {file: runPaths.grid(run.path, model)}),
  };
}

function stageIcon(run: Run, stage: StageProgress): Pick<ExperimentNode, 'icon' | 'color'> {
  switch (stageStateOf(run, stage)) {
    case 'waiting':
      return {icon: 'circle-outline'};
    case 'running':
      return run.state?.state === 'paused' ? {icon: 'debug-pause'} : {icon: 'sync~spin', color: 'charts.blue'};
    case 'done':
      return {icon: 'pass', color: 'charts.green'};
    case 'stopped':
      return {icon: 'debug-stop', color: 'charts.yellow'};
    case 'failed':
      return {icon: 'error', color: 'charts.red'};
  }
}

/** Of a model in the report. */
function lossOf({report}: Run, model: string): string | null {
  const heldOut = report?.heldOut[model];
  return heldOut === undefined ? null : heldOutText(heldOut.mean);
}

/** `loss 0.0213`, the newest of a training. */
function currentLoss({heldOut, losses: {denoise = null}}: StageProgress): string | null {
  if (heldOut !== null) return heldOutText(heldOut);
  return denoise === null ? null : `loss ${lossText(denoise)}`;
}

/** `0.0241 held-out loss`: a narrow view cuts the end of a row, which must not be the number. */
function heldOutText(loss: number): string {
  return `${lossText(loss)} held-out loss`;
}
