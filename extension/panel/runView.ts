import {isAbsolute, join, relative} from 'node:path';
import {configRanges, runModels} from '../../trainer/contract/run/pipeline.ts';
import {modelName} from '../../trainer/contract/run/runModel.ts';
import {stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import {parseStage} from '../../trainer/contract/run/stage.ts';
import {stagePeaks} from '../../trainer/contract/run/stagePeaks.ts';
import type {RunEvent} from '../../trainer/contract/run/events.ts';
import type {MemoryPeak} from '../../trainer/contract/run/memoryPeak.ts';
import type {ImageView, RunView, StageView} from '../../trainer/contract/panel/panelViews.ts';
import type {StageProgress} from '../../trainer/contract/run/runProgress.ts';
import {flatSettings} from '../../trainer/contract/run/runTable/flatSettings.ts';
import {scoresByName} from '../../trainer/contract/scores/reportScores.ts';
import type {Run} from '../runs/run.ts';
import {phaseOf, runHeadline} from '../runs/runHeadline.ts';
import {stageStateOf} from '../runs/runText.ts';
import {runCommand} from './runCommand.ts';
import {isMessage} from './runDetails.ts';
import {promptGrid, promptsOf, sampleCount} from './promptGrid.ts';
import {noTimes, stageTimes, type StageTimes} from './stageTimes.ts';

/** A run as the panel shows it. `milestones` are its rare events, and `source` gives the address under which the page finds a file. */
export function runView(run: Run, milestones: readonly RunEvent[], source: (file: string) => string): RunView {
  const {path, record, config, state, progress} = run;
  const memory = stagePeaks(milestones);
  const times = stageTimes(milestones);
  const ranges = rangesOf(run);
  return {
    path,
    id: record.id,
    name: record.name,
    created: record.created,
    state: state?.state ?? 'new',
    headline: runHeadline(run),
    error: state?.error ?? null,
    progress: state?.progress ?? 0,
    left: state?.left ?? null,
    engine: `${record.engine.name} ${record.engine.version}, ${record.engine.device}`,
    stages: [...progress.stages.values()].map((stage) =>
      stageView(run, stage, memory.get(stage.stage) ?? null, times.get(stage.stage) ?? noTimes),
    ),
    images: imageViews(run, milestones, {ranges, source}),
    ranges,
    text: promptsOf(config.config),
    evaluates: config.config.evaluate !== undefined,
    merges: config.config.merge !== undefined,
    timesteps: ranges.at(-1)?.[1] ?? trainingTimesteps(run),
    tags: run.notes.tags,
    note: run.notes.note,
    scores: run.report === null ? {} : scoresByName(run.report),
    said: milestones.findLast(isMessage)?.time ?? null,
    command: runCommand(run),
    settings: Object.fromEntries([...flatSettings(config.config)].map(([name, value]) => [name, String(value)])),
  };
}

/** Models of a run that have been drawn samples of, in the order of the tables. */
export function modelOrder(run: Run): string[] {
  return runModels(run.config.config).map(modelName);
}

/** The file of a run that an event names. It may have been moved since, with its run folder; null if it lies elsewhere. */
export function fileInRun({path, record}: Pick<Run, 'path' | 'record'>, file: string): string | null {
  if (isInside(path, file)) return file;
  const parts = file.split(/[\\/]/);
  const at = parts.lastIndexOf(record.id);
  const moved = at < 0 ? null : join(path, ...parts.slice(at + 1));
  return moved !== null && isInside(path, moved) ? moved : null;
}

function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return isAbsolute(file) && way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function stageView(run: Run, stage: StageProgress, memory: MemoryPeak | null, times: StageTimes): StageView {
  return {
    name: stage.stage,
    state: stageStateOf(run, stage),
    share: stage.share,
    update: stage.update ?? 0,
    updates: stage.updates ?? 0,
    secondsPerUpdate: stage.secondsPerUpdate,
    secondsWaited: stage.secondsWaited,
    secondsLeft: stage.secondsLeft,
    memory,
    ...times,
    phase: phaseOf(run, stage),
  };
}

/** Whoever wrote a picture again under the same name means the newest. */
function imageViews(
  run: Run,
  milestones: readonly RunEvent[],
  {ranges, source}: {readonly ranges: Ranges; source(file: string): string},
): ImageView[] {
  const images = new Map<string, ImageView>();
  for (const event of milestones) {
    if (event.type !== 'images') continue;
    const file = fileInRun(run, event.file);
    if (file === null) continue;
    const model = drawnModel(event.stage);
    // The time makes another address of a picture that was drawn again, so that the page does not show the old one.
    const grid = promptGrid(run.config.config, event.stage);
    const count = sampleCount(run.config.config, event.stage);
    const title = stageTitle(model, ranges);
    const own = {model, title, update: event.update ?? null, time: event.time, images: count, grid};
    images.set(file, {...own, source: `${source(file)}?${event.time}`});
  }
  const order = modelOrder(run);
  const place = ({model}: ImageView) => (order.includes(model) ? order.indexOf(model) : order.length);
  return [...images.values()].sort((a, b) => place(a) - place(b) || (a.update ?? Infinity) - (b.update ?? Infinity));
}

/** The model whose samples a stage draws: the one that it evaluates, or trains. */
function drawnModel(name: string): string {
  const stage = parseStage(name);
  return stage?.kind === 'evaluate' ? modelName(stage.model) : name;
}

/** Timesteps [low, high) of each expert: those of the report, else those of the config. */
export function rangesOf(run: Run): [number, number][] {
  const measured = run.report?.heldOut['base']?.perRange.map(({range}): [number, number] => range);
  return measured ?? configRanges(run.config.config, trainingTimesteps(run)) ?? [];
}

/** T of the base; 1000, the default of diffusers, where the base cannot be read any more. */
function trainingTimesteps({config: {config}, timesteps}: Run): number {
  return timesteps ?? config.pretrain?.scheduler.num_train_timesteps ?? 1000;
}
