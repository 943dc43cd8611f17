import {basename, join} from 'node:path';
import {expertRange} from '../runs/expertRange.ts';
import {configFileOf, isActiveRun, type Run} from '../runs/run.ts';
import type {StageProgress} from '../runs/runProgress.ts';
import {bestLoss, bestText, differenceText, lossText, runStateText, stageStateOf, stageText} from '../runs/runText.ts';
import type {ExperimentNode} from './experimentNode.ts';

/** A run and its parts: base, experts, merged model, evaluations. */
export function runNode(run: Run): ExperimentNode {
  const tags = run.notes.tags.map((tag) => `#${tag}`);
  const best = bestLoss(run);
  const toBase = best?.toBase === null || best === null ? [] : [`${differenceText(best.toBase)} to base`];
  const note = run.notes.note.split('\n')[0]?.slice(0, 60);
  return {
    id: `run:${run.path}`,
    label: run.record.id,
    description: [runStateText(run), ...toBase, ...tags, ...(note ? [note] : [])].join(' · '),
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
  const pretrained = stages.find(({stage}) => stage === 'pretrain');
  if (pretrained) parts.push(modelNode(run, pretrained, 'Pretrained base', 'base'));
  const experts = stages.filter(({stage}) => /^expert-\d+$/.test(stage));
  if (experts.length > 0) parts.push(expertsNode(run, experts));
  const ordinary = stages.find(({stage}) => stage === 'ordinary');
  if (ordinary) parts.push(modelNode(run, ordinary, 'Ordinary finetune', 'ordinary'));
  if (config.merge) parts.push(...stages.filter(({stage}) => stage === 'merge').map((stage) => mergedNode(run, stage)));
  const evaluations = stages.filter(({stage}) => stage.startsWith('evaluate-'));
  if (evaluations.length > 0) parts.push(evaluationsNode(run, evaluations));
  return parts;
}

function baseNode(run: Run, model: string): ExperimentNode {
  const id = `part:${run.path}:base`;
  const description = lossOf(run, 'base') ?? basename(model);
  return {id, label: 'Base', description, icon: 'package', context: 'model', children: [], model, run};
}

function expertsNode(run: Run, experts: readonly StageProgress[]): ExperimentNode {
  const done = experts.filter(({state}) => state === 'done').length;
  const sorted = [...experts].sort((a, b) => expertIndex(a) - expertIndex(b));
  return {
    id: `part:${run.path}:experts`,
    label: 'Experts',
    description: `${done} of ${experts.length} done`,
    icon: 'layers',
    context: 'experts',
    isExpanded: isActiveRun(run),
    children: sorted.map((stage) => modelNode(run, stage, expertLabel(run, expertIndex(stage)), stage.stage)),
    run,
  };
}

function expertIndex({stage}: StageProgress): number {
  return Number(stage.slice('expert-'.length));
}

/** `Expert 1 [250, 500)` */
function expertLabel(run: Run, index: number): string {
  const range = expertRange(run, index);
  return range === null ? `Expert ${index}` : `Expert ${index} [${range[0]}, ${range[1]})`;
}

function mergedNode(run: Run, stage: StageProgress): ExperimentNode {
  const search = run.progress.stages.get('search');
  const isSearching = search !== undefined && stageStateOf(run, search) === 'running';
  const made = modelNode(run, stage, 'Merged', 'merged');
  const node = {...made, ...(stage.state === 'done' && {isMerged: true})};
  return isSearching ? {...node, description: `searching the weights, ${stageText(run, search)}`} : node;
}

/** A model that a stage makes; it is there once the stage is done. */
function modelNode(run: Run, stage: StageProgress, label: string, model: string): ExperimentNode {
  const isDone = stage.state === 'done';
  const number = (isDone ? lossOf(run, model) : null) ?? currentLoss(stage);
  return {
    id: `part:${run.path}:${stage.stage}`,
    label,
    description: [stageText(run, stage), ...(number === null ? [] : [number])].join(' · '),
    ...stageIcon(run, stage),
    context: isDone ? 'model' : 'stage',
    children: [],
    run,
    ...(isDone && {model: join(run.path, 'models', model)}),
  };
}

function evaluationsNode(run: Run, evaluations: readonly StageProgress[]): ExperimentNode {
  const done = evaluations.filter(({state}) => state === 'done').length;
  const description = bestText(run) ?? `${done} of ${evaluations.length} done`;
  const children = evaluations.map((stage) => evaluationNode(run, stage));
  const id = `part:${run.path}:evaluations`;
  return {id, label: 'Evaluations', description, icon: 'graph', context: 'evaluations', children, run};
}

function evaluationNode(run: Run, stage: StageProgress): ExperimentNode {
  const model = stage.stage.slice('evaluate-'.length);
  const isDone = stage.state === 'done';
  return {
    id: `part:${run.path}:${stage.stage}`,
    label: model,
    description: lossOf(run, model) ?? stageText(run, stage),
    ...stageIcon(run, stage),
    context: 'evaluation',
    children: [],
    run,
    ...(isDone && run.config.config.evaluate?.grid && {file: join(run.path, 'evaluations', model, 'samples.png')}),
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

/** `held-out loss 0.0241` of a model in the report. */
function lossOf({report}: Run, model: string): string | null {
  const heldOut = report?.heldOut[model];
  return heldOut === undefined ? null : `held-out loss ${lossText(heldOut.mean)}`;
}

/** `loss 0.0213`, the newest of a training. */
function currentLoss({heldOut, losses: {denoise = null}}: StageProgress): string | null {
  if (heldOut !== null) return `held-out loss ${lossText(heldOut)}`;
  return denoise === null ? null : `loss ${lossText(denoise)}`;
}
