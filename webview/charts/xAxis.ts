import {xAxisKinds, type XAxisKind} from '../../trainer/contract/panel/panelPage.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {parseStage} from '../../trainer/contract/run/stage.ts';
import type {UpdateRange} from './updateRange.ts';

/** How an axis is named. */
interface XAxis {
  /** In a list of choices, and at the head of a column. */
  readonly choice: string;
  /** Below the axis. */
  readonly label: string;
  /** In `Denoising loss over updates`. */
  readonly over: string;
  /** The shortest part to zoom into. */
  readonly least: number;
  /** Where a logarithmic axis begins at the earliest. */
  readonly first: number;
}

export const xAxes: Readonly<Record<XAxisKind, XAxis>> = {
  update: {choice: 'Update', label: 'update', over: 'updates', least: 2, first: 1},
  images: {choice: 'Images seen', label: 'images seen', over: 'images seen', least: 2, first: 1},
  time: {choice: 'Hours', label: 'hours since the start of the run', over: 'hours', least: 1 / 3600, first: 1 / 3600},
};
export const xAxisChoices = xAxisKinds.map((value) => ({value, label: xAxes[value].choice}));

const millisecondsPerHour = 3_600_000;

/** Where an update of a curve stands on the x axis. */
export type XScale =
  | {readonly kind: 'update'}
  | {readonly kind: 'images'; readonly perUpdate: number}
  /** Milliseconds since the epoch. */
  | {readonly kind: 'time'; readonly start: number};

type ScaledRun = Pick<RunView, 'settings' | 'created'>;

export function xScale(kind: XAxisKind, run: ScaledRun, stage: string): XScale {
  if (kind === 'images') return {kind, perUpdate: imagesPerUpdate(run, stage)};
  return kind === 'time' ? {kind, start: Date.parse(run.created)} : {kind};
}

/** Images of an update of a training stage: batch x accumulation. Ordinary finetunes and baselines have those of the experts. */
export function imagesPerUpdate({settings}: Pick<RunView, 'settings'>, stage: string): number {
  const part = parseStage(stage)?.kind === 'pretrain' ? 'pretrain' : 'decouple';
  const setting = (name: string) => Number(settings[`${part}.${name}`] ?? 1) || 1;
  return setting('batch') * setting('accumulation');
}

/** The place of an update that was logged at a time (milliseconds since the epoch). A clock that was set back puts none before the start. */
export function xPlace(scale: XScale, update: number, time: number): number {
  if (scale.kind === 'images') return update * scale.perUpdate;
  return scale.kind === 'time' ? Math.max(xAxes.time.first, (time - scale.start) / millisecondsPerHour) : update;
}

/**
 * The updates that a range of an axis covers in any stage with these images per update. Null: all of them; that is also so over time, where
 * updates of every stage stand elsewhere.
 */
export function updatesWithin(
  kind: XAxisKind,
  range: UpdateRange | null,
  perUpdate: readonly number[],
): UpdateRange | null {
  if (kind === 'time' || range === null) return null;
  if (kind === 'update') return range;
  return {
    from: Math.floor(range.from / Math.max(1, ...perUpdate)),
    to: Math.ceil(range.to / Math.max(1, Math.min(...perUpdate))),
  };
}

/** The range of an axis that the stages of runs have reached; null over time, where their updates do not tell. */
export function reachedPlaces(
  kind: XAxisKind,
  runs: readonly Pick<RunView, 'settings' | 'stages'>[],
): UpdateRange | null {
  if (kind === 'time') return null;
  const per = (run: Pick<RunView, 'settings'>, stage: string) => (kind === 'images' ? imagesPerUpdate(run, stage) : 1);
  const ends = runs.flatMap((run) => run.stages.map(({name, update}) => update * per(run, name)));
  return {from: 1, to: Math.max(2, ...ends)};
}
