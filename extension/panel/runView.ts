import {isAbsolute, join, relative} from 'node:path';
import {modelNames, runExperts} from '../../trainer/contract/run/pipeline.ts';
import type {RunEvent} from '../../trainer/contract/run/events.ts';
import type {MemoryPeak} from '../../trainer/contract/run/memoryPeak.ts';
import type {ImageView, RunView, StageView} from '../../trainer/contract/panel/panelViews.ts';
import type {Run} from '../runs/run.ts';
import {flatSettings} from './flatSettings.ts';

/** A run as the panel shows it. `milestones` are its rare events, and `source` gives the address under which the page finds a file. */
export function runView(run: Run, milestones: readonly RunEvent[], source: (file: string) => string): RunView {
  const {path, record, config, state, progress} = run;
  const memory = memoryPeaks(milestones);
  return {
    path,
    id: record.id,
    name: record.name,
    created: record.created,
    state: state?.state ?? 'new',
    error: state?.error ?? null,
    progress: state?.progress ?? 0,
    secondsLeft: run.secondsLeft,
    engine: `${record.engine.name} ${record.engine.version}, ${record.engine.device}`,
    stages: [...progress.stages.values()].map((stage) => stageView(stage, memory.get(stage.stage) ?? null)),
    images: imageViews(run, milestones, source),
    ranges: expertRanges(run),
    settings: flatSettings(config.config),
  };
}

/** Models of a run that have been drawn samples of, in the order of the tables. */
export function modelOrder(run: Run): string[] {
  return modelNames(run.config.config);
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

function stageView(
  stage: Run['progress']['stages'] extends ReadonlyMap<string, infer S> ? S : never,
  memory: MemoryPeak | null,
): StageView {
  return {
    name: stage.stage,
    state: stage.state,
    update: stage.update ?? 0,
    updates: stage.updates ?? 0,
    secondsPerUpdate: stage.secondsPerUpdate,
    secondsLeft: stage.secondsLeft,
    memory,
  };
}

/** Whoever wrote a picture again under the same name means the newest. */
function imageViews(run: Run, milestones: readonly RunEvent[], source: (file: string) => string): ImageView[] {
  const images = new Map<string, ImageView>();
  for (const event of milestones) {
    if (event.type !== 'images') continue;
    const file = fileInRun(run, event.file);
    if (file === null) continue;
    const model = event.stage.replace(/^evaluate-/, '');
    // The time makes another address of a picture that was drawn again, so that the page does not show the old one.
    images.set(file, {model, update: event.update ?? null, source: `${source(file)}?${event.time}`, time: event.time});
  }
  const order = modelOrder(run);
  const place = ({model}: ImageView) => (order.includes(model) ? order.indexOf(model) : order.length);
  return [...images.values()].sort((a, b) => place(a) - place(b) || (a.update ?? Infinity) - (b.update ?? Infinity));
}

function memoryPeaks(milestones: readonly RunEvent[]): Map<string, MemoryPeak> {
  const peaks = new Map<string, MemoryPeak>();
  for (const event of milestones) {
    if (event.type !== 'memory') continue;
    const {stage, host, device} = event;
    const before = peaks.get(stage);
    const most = device === undefined ? before?.device : Math.max(device, before?.device ?? 0);
    peaks.set(stage, {host: Math.max(host, before?.host ?? 0), ...(most !== undefined && {device: most})});
  }
  return peaks;
}

function expertRanges({config: {config}, report, timesteps: known}: Run): [number, number][] {
  const measured = report?.heldOut['base']?.perRange.map(({range}): [number, number] => range);
  if (measured) return measured;
  const {edges} = config.decouple ?? {};
  if (edges) return edges.slice(1).map((edge, i): [number, number] => [edges[i] ?? 0, edge]);
  const count = runExperts(config);
  const ranges = config.experts?.map(({range}) => range);
  if (ranges?.every((range) => range !== undefined)) return ranges;
  const timesteps = known ?? config.pretrain?.scheduler.num_train_timesteps ?? 1000;
  const edge = (i: number) => Math.floor((i * timesteps) / count);
  return Array.from({length: count}, (_, i): [number, number] => [edge(i), edge(i + 1)]);
}
