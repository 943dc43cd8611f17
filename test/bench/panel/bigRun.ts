import type {NewRunEvent} from '../../../trainer/contract/run/events.ts';
import {openMetrics} from '../../../trainer/store/metrics/metricsFile.ts';
import {fakeBuckets, fakeRun, fakeStep, type FakeRun} from '../../helpers/runs/fakeRunFolder.ts';

/** How big the run of the bench is. */
export const bigRun = {experts: 8, steps: 100_000, bucketEvery: 50} as const;

/** Names of its experts. */
export const bigRunStages = Array.from({length: bigRun.experts}, (_, i) => `expert-${i}`);

/** A run on the disk with 8 experts of 100,000 steps each. Only its metrics are written: nothing that a panel opens reads the 200 MB of log. */
export async function writeBigRun(output: string): Promise<FakeRun> {
  const run = await fakeRun(output, {updates: 0, experts: bigRun.experts});
  const metrics = await openMetrics(run.run.path);
  for (let update = 1; update <= bigRun.steps; update++) {
    const time = update * 250;
    const hasBuckets = update % bigRun.bucketEvery === 0;
    for (const event of stepEvents(update)) metrics.add({...event, time});
    for (const event of hasBuckets ? bucketEvents(update) : []) metrics.add({...event, time});
  }
  metrics.close();
  return run;
}

/** One step of every expert. */
export function stepEvents(update: number): NewRunEvent[] {
  return bigRunStages.map((stage) => fakeStep(stage, update, bigRun.steps));
}

/** One column of every heat map. */
export function bucketEvents(update: number): NewRunEvent[] {
  return bigRunStages.map((stage) => fakeBuckets(stage, update, bigRun.bucketEvery));
}
