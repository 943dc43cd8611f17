import {describe, expect, it} from 'vitest';
import {
  binColumn,
  binLength,
  curveSeries,
  heatBinLength,
  seriesColumn,
} from '../../../../trainer/contract/run/curveBins.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {
  readCurve,
  readHeatMap,
  type CurveBins,
  type CurveRange,
} from '../../../../trainer/store/metrics/metricsReader.ts';
import {newMetricsRun, noisyBuckets, noisyStep} from '../metricsRun.ts';

const whole: CurveRange = {from: null, to: null, points: 50, logarithmic: false};

async function curve(run: string, range: Partial<CurveRange>): Promise<CurveBins> {
  const read = await readCurve(run, 'expert-0', {...whole, ...range});
  if (read === null) throw new Error('no curve');
  return read;
}

function column({bins, lead}: CurveBins, index: number): number[] {
  return [...bins.filter((_, i) => i % binLength === index)].slice(lead);
}

/** Denoising losses of the updates [from, to] as the run told them. */
function losses(from: number, to: number): number[] {
  return Array.from({length: to - from + 1}, (_, i) => noisyStep(from + i).losses.denoise);
}

async function runOf(updates: number) {
  const run = await newMetricsRun();
  for (let update = 1; update <= updates; update++) run.emit(noisyStep(update));
  return run;
}

describe('a thinned curve', () => {
  it('keeps every step, extreme and gap of any range', async () => {
    const {path} = await runOf(5000);
    const random = createRandom(3);
    for (let trial = 0; trial < 40; trial++) {
      const from = random.int(2, 4000);
      const to = random.int(from, 5000);
      const read = await curve(path, {from, to, points: random.int(1, 300), logarithmic: trial % 2 === 1});
      const shown = losses(from - 1, Math.min(5000, to + 1));
      const finite = shown.filter(Number.isFinite);
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(column(read, binColumn.steps))).toBe(read.stepsInRange);
      expect(Math.min(...column(read, seriesColumn('denoise', 'min')).filter(Number.isFinite))).toBe(
        Math.min(...finite),
      );
      expect(Math.max(...column(read, seriesColumn('denoise', 'max')).filter(Number.isFinite))).toBe(
        Math.max(...finite),
      );
      const counts = column(read, seriesColumn('denoise', 'finite'));
      expect(sum(counts)).toBe(shown.slice(0, read.stepsInRange).filter(Number.isFinite).length);
      const means = column(read, seriesColumn('denoise', 'mean'));
      const total = sum(counts.map((count, i) => (count === 0 ? 0 : count * (means[i] ?? NaN))));
      expect(total).toBeCloseTo(sum(shown.slice(0, read.stepsInRange).filter(Number.isFinite)), 6);
    }
  });

  it('has no more bins than asked for, but for a few at the ends', async () => {
    const {path} = await runOf(5000);
    for (const points of [1, 10, 100, 1000]) {
      const {bins} = await curve(path, {points});
      expect(bins.length / binLength).toBeLessThanOrEqual(points + 12);
      expect(bins.length / binLength).toBeGreaterThanOrEqual(points / 2);
    }
  });

  it('gives the steps themselves where there are few', async () => {
    const {path} = await runOf(5000);
    const read = await curve(path, {from: 101, to: 119, points: 100});
    expect(column(read, binColumn.firstUpdate)).toEqual(Array.from({length: 21}, (_, i) => 100 + i));
    expect(column(read, seriesColumn('denoise', 'mean'))).toEqual(losses(100, 120));
  });

  it('does not move when steps are appended', async () => {
    const run = await runOf(4000);
    const before = await curve(run.path, {points: 100});
    for (let update = 4001; update <= 4100; update++) run.emit(noisyStep(update));
    const after = await curve(run.path, {points: 100});
    const stable = column(before, binColumn.steps).filter((steps) => steps === 64).length;
    expect(stable).toBe(62);
    const length = stable * binLength;
    expect(after.bins.subarray(0, length)).toEqual(before.bins.subarray(0, length));
  });

  it('is as fine at the start of a logarithmic axis as at its end', async () => {
    const {path} = await runOf(5000);
    const updates = column(await curve(path, {points: 200, logarithmic: true}), binColumn.firstUpdate);
    const between = (low: number, high: number) => updates.filter((update) => update >= low && update < high).length;
    expect(between(1, 16)).toBe(15);
    expect(between(64, 128)).toBeGreaterThan(8);
    expect(Math.abs(between(512, 1024) - between(2048, 4096))).toBeLessThanOrEqual(2);
    expect(updates.length).toBeLessThanOrEqual(212);
  });

  it('leads into a range with all that was before, finer towards it', async () => {
    const {path} = await runOf(5000);
    const read = await curve(path, {from: 4000, to: 4500});
    const steps = [...read.bins.filter((_, i) => i % binLength === binColumn.steps)].slice(0, read.lead);
    expect(steps.reduce((sum, count) => sum + count, 0)).toBe(3998);
    expect(steps.at(-1)).toBe(1);
    expect(read.lead).toBeLessThan(130);
  });

  it('is null before the first step and has all series', async () => {
    const run = await newMetricsRun();
    expect(await readCurve(run.path, 'expert-0', whole)).toBeNull();
    run.emit(noisyStep(1));
    const {bins} = await curve(run.path, {});
    expect(curveSeries.map((series) => bins[seriesColumn(series, 'finite')])).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('a heat map', () => {
  it('adds neighbouring columns up', async () => {
    const run = await newMetricsRun();
    const sums = Array.from({length: 30}, () => 0);
    for (let to = 50; to <= 5000; to += 50) {
      const event = noisyBuckets(to - 50, to);
      run.emit(event);
      const {denoise, consistency} = event.losses;
      [...event.count, ...denoise, ...consistency].forEach((value, i) => (sums[i]! += value));
    }
    const length = heatBinLength(10);
    const bins = await readHeatMap(run.path, 'expert-0', 20);
    const columns = (bins?.length ?? 0) / length;
    expect(columns).toBeLessThanOrEqual(22);
    const read = Array.from({length: 30}, (_, i) =>
      Array.from({length: columns}, (_, c) => bins?.[c * length + 4 + i] ?? NaN).reduce((sum, value) => sum + value, 0),
    );
    read.forEach((value, i) => expect(value).toBeCloseTo(sums[i] ?? NaN, 8));
    expect(bins?.[1]).toBe(0);
    expect(bins?.[(columns - 1) * length + 2]).toBe(5000);
  });

  it('is null without buckets', async () => {
    const {path} = await newMetricsRun();
    expect(await readHeatMap(path, 'expert-0', 20)).toBeNull();
  });
});
