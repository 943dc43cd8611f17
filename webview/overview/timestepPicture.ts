import {modelTitle, stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import type {HeldOutLoss, RangeLoss, Report} from '../../trainer/contract/run/report.ts';
import {parseModel} from '../../trainer/contract/run/runModel.ts';
import {parseStage} from '../../trainer/contract/run/stage.ts';
import {baseline} from '../../trainer/contract/scores/scoreTable.ts';
import {stageNumber, type LineLook} from '../charts/seriesStyle.ts';
import {heatColumnOf, type HeatColumn} from '../losses/heatColumn.ts';
import type {HeatBins} from '../state.ts';

/** A value over the timesteps [from, to). */
export interface TimestepValue {
  readonly from: number;
  readonly to: number;
  readonly value: number;
  /** Standard error; null where it is not known. */
  readonly error: number | null;
}

export interface TimestepLine {
  readonly label: string;
  readonly look: LineLook;
  /** Drawn thicker: what the run is made for. */
  readonly isMain: boolean;
  readonly values: readonly TimestepValue[];
  /** The same at the start of the training, pale; empty where that is not shown. */
  readonly start: readonly TimestepValue[];
}

/** Losses over the axis of timesteps. */
export interface TimestepPicture {
  readonly title: string;
  readonly yLabel: string;
  /** `percent`: differences to the base, which is the line at 0. */
  readonly unit: 'percent' | 'loss';
  /** Loss of the base in each range, where it is measured. */
  readonly base: readonly TimestepValue[];
  /** T of the model. */
  readonly timesteps: number;
  readonly ranges: Ranges;
  readonly lines: readonly TimestepLine[];
}

/** The colour of the foreground, which no expert has before the sixth, without dashes. */
const mainLook: LineLook = {colour: 5, dash: 0};

/**
 * Held-out losses of a report as differences to the base in percent: absolute ones lie on each other. Experts are shown in their own ranges,
 * merged model and ordinary finetune in all. Null where the report has none.
 */
export function heldOutPicture({heldOut}: Report, timesteps: number): TimestepPicture | null {
  const base = heldOut[baseline]?.perRange ?? [];
  if (base.length === 0) return null;
  const ranges: Ranges = base.map(({range}) => range);
  const lines = inLegendOrder(Object.entries(heldOut)).flatMap(([name, loss]) => {
    const model = parseModel(name);
    if (model === null || model.kind === 'base' || model.kind === 'ensemble') return [];
    const values = differences(loss, base).filter((_, i) => model.kind !== 'expert' || i === model.index);
    const isMain = model.kind === 'merged';
    const look = isMain ? mainLook : lookOf(name);
    return values.length === 0 ? [] : [{label: modelTitle(model, ranges), look, isMain, values, start: []}];
  });
  return {
    title: 'Held-out loss by timestep',
    yLabel: 'difference to the base, % (below 0: better)',
    unit: 'percent',
    base: base.map(({range: [from, to], mean, standardError}) => ({from, to, value: mean, error: standardError})),
    timesteps,
    ranges,
    lines,
  };
}

/** The merged model first, then the experts: the first lie on top of what comes after them. */
function inLegendOrder(models: readonly [string, HeldOutLoss][]): [string, HeldOutLoss][] {
  const place = (name: string) => {
    const kind = parseModel(name)?.kind;
    return kind === 'merged' ? 0 : kind === 'expert' ? 1 : 2;
  };
  return [...models].sort(([a], [b]) => place(a) - place(b));
}

function differences({perRangeDifference}: HeldOutLoss, base: readonly RangeLoss[]): TimestepValue[] {
  return perRangeDifference.map(({range: [from, to], mean, standardError}, i) => {
    const percent = 100 / (base[i]?.mean ?? NaN);
    return {from, to, value: mean * percent, error: standardError * percent};
  });
}

/** Intervals of the whole axis, at most: finer ones have too few draws to be read. */
const intervals = 25;
/** Of the updates so far: the newest, which count, and the first, which they are compared with. */
const newestShare = 1 / 3;
const startShare = 1 / 10;

/** Training losses of the newest updates of each stage, an expert in its own range; the loss of the first updates lies pale behind. */
export function trainingPicture(
  stages: readonly {readonly name: string; readonly bins: HeatBins}[],
  ranges: Ranges,
  timesteps: number,
): TimestepPicture | null {
  const lines = stages.flatMap(({name, bins}): TimestepLine[] => {
    const stage = parseStage(name);
    const range = stage?.kind === 'expert' ? ranges[stage.index] : undefined;
    const columns = bins.map((bin) => heatColumnOf(bin, 'denoise'));
    const last = columns.at(-1)?.to ?? 0;
    const shown = (part: readonly HeatColumn[]) => meansOf(part, timesteps, range ?? [0, timesteps]);
    const values = shown(columns.filter(({to}, i) => i === columns.length - 1 || to > last * (1 - newestShare)));
    const first = columns.filter(({to}, i) => i === 0 || to <= last * startShare);
    const start = columns.length > 2 ? shown(first) : [];
    return values.length === 0
      ? []
      : [{label: stageTitle(name, ranges), look: lookOf(name), isMain: stage?.kind === 'pretrain', values, start}];
  });
  if (lines.length === 0) return null;
  return {
    title: 'Training loss by timestep',
    yLabel: 'denoising loss, newest third of the updates',
    unit: 'loss',
    base: [],
    timesteps,
    ranges,
    lines,
  };
}

function lookOf(name: string): LineLook {
  const number = stageNumber(name);
  return {colour: number, dash: number};
}

/** Mean losses of some columns of a heat map in equal intervals of a range; a bucket belongs to the interval that holds its middle. */
function meansOf(
  columns: readonly HeatColumn[],
  timesteps: number,
  [low, high]: readonly [number, number],
): TimestepValue[] {
  const width = timesteps / (columns[0]?.count.length ?? 1);
  const wanted = Math.min((high - low) / width, ((high - low) / timesteps) * intervals);
  const count = Math.max(1, Math.round(wanted));
  const edge = (i: number) => Math.round(low + ((high - low) * i) / count);
  return Array.from({length: count}, (_, i): TimestepValue => {
    const [from, to] = [edge(i), edge(i + 1)];
    return {from, to, value: meanBetween(columns, from / width, to / width), error: null};
  }).filter(({value}) => !Number.isNaN(value));
}

/** The mean over all draws in the buckets whose middles lie in [from, to); NaN without any. */
function meanBetween(columns: readonly HeatColumn[], from: number, to: number): number {
  let [sum, draws] = [0, 0];
  for (const {count, mean} of columns) {
    for (let bucket = Math.max(0, Math.ceil(from - 0.5)); bucket + 0.5 < to && bucket < count.length; bucket++) {
      const drawn = count[bucket] ?? 0;
      if (drawn === 0) continue;
      sum += drawn * (mean[bucket] ?? NaN);
      draws += drawn;
    }
  }
  return sum / draws;
}
