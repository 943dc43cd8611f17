import {isAbsolute, join, relative} from 'node:path';
import {runModels} from '../../../trainer/contract/run/pipeline.ts';
import {modelName} from '../../../trainer/contract/run/runModel.ts';
import {stageTitle} from '../../../trainer/contract/overview/stageTitle.ts';
import {parseStage} from '../../../trainer/contract/run/stage.ts';
import {stagePeaks} from '../../../trainer/contract/run/stagePeaks.ts';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import type {MemoryPeak} from '../../../trainer/contract/run/memoryPeak.ts';
import type {ImageView, RunView, StageView} from '../../../trainer/contract/panel/panelViews.ts';
import type {StageProgress} from '../../../trainer/contract/run/runProgress.ts';
import type {Run} from '../../runs/run.ts';
import {phaseOf} from '../../runs/runHeadline.ts';
import {stageStateOf} from '../../runs/runText.ts';
import {promptGrid, sampleCount} from '../promptGrid.ts';
import {isMessage} from './runDetails.ts';
import {runListing} from './runListing.ts';
import {rangesOf} from './runRanges.ts';
import {noTimes, stageTimes, type StageTimes} from '../stageTimes.ts';

/** A run as the panel shows it. `milestones` are its rare events, and `source` gives the address under which the page finds a file. */
export function runView(run: Run, milestones: readonly RunEvent[], source: (file: string) => string): RunView {
  const memory = stagePeaks(milestones);
  const times = stageTimes(milestones);
  return {
    ...runListing(run),
    stages: [...run.progress.stages.values()].map((stage) =>
      stageView(run, stage, memory.get(stage.stage) ?? null, times.get(stage.stage) ?? noTimes),
    ),
    images: imageViews(run, milestones, source),
    said: milestones.findLast(isMessage)?.time ?? null,
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
function imageViews(run: Run, milestones: readonly RunEvent[], source: (file: string) => string): ImageView[] {
  const ranges = rangesOf(run);
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
