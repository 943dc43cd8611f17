import {appendFile, readFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {stepsCsv, stepsOf, stepsTensorBoard} from '../../../../extension/panel/exportSteps.ts';
import {readEventTail} from '../../../../extension/runs/eventTail.ts';
import type {Run} from '../../../../extension/runs/run.ts';
import {workText} from '../../../../trainer/cli/view/stageBars.ts';
import {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {addEvents, noProgress, plannedProgress} from '../../../../trainer/contract/run/runProgress.ts';
import {lossPerTimestep, trainingCurves} from '../../../../trainer/pipeline/report/trainingCurves.ts';
import {hashBytes} from '../../../../trainer/store/hashes/sha256.ts';
import {metricsAreWhole} from '../../../../trainer/store/metrics/metricsCheck.ts';
import {openMetrics, rebuildMetrics} from '../../../../trainer/store/metrics/metricsFile.ts';
import {readCurve, readHeatMap, readSteps} from '../../../../trainer/store/metrics/metricsReader.ts';
import {EventLog, readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {oldReadings, oldRun, oldStages, plain} from '../../../helpers/runs/oldRun.ts';
import {metricsBytes} from '../metricsRun.ts';

const expected = await oldReadings();

describe('the event log of an older build', () => {
  it('has events of format 2, with the numbers of its lines', async () => {
    const path = runPaths.events(await oldRun());
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const events = await readEvents(path);
    expect(events).toHaveLength(lines.length);
    events.forEach((event, i) => {
      const line = JSON.parse(lines[i] ?? '') as Record<string, unknown>;
      if (event.type !== 'step' && event.type !== 'buckets') return expect(event).toEqual(line);
      const {losses, ...rest} = event;
      expect({...rest, ...losses}).toEqual(line);
    });
    expect((await readEventTail(path, 0)).events).toEqual(events);
  });

  it.each([
    ['without one of its losses', {denoise: 1}],
    ['with losses of either format', {denoise: 1, consistency: 1, losses: {denoise: 1}}],
    ['with a loss that is no number', {denoise: 'much', consistency: 1}],
    ['without any losses', {}],
  ])('has no step %s', (_, losses) => {
    const rest = {gradientNorm: 1, learningRate: 1, secondsPerUpdate: 1};
    const step = {type: 'step', time: 1, stage: 'expert-0', update: 1, updates: 2, ...rest};
    expect(RunEvent.safeParse({...step, ...losses}).success).toBe(false);
  });

  it('gives the metrics that the older build made of it, byte for byte', async () => {
    const run = await oldRun();
    const before = await metricsBytes(run);
    expect(await metricsAreWhole(run)).toBe(true);
    await rebuildMetrics(run);
    const after = await metricsBytes(run);
    expect(after.delete('/layout.json')).toBe(true);
    expect(after).toEqual(before);
  });

  it.each(['as the older build left them', 'made again'])(
    'gives the curves and heat maps of old, from metrics %s',
    async (how) => {
      const run = await oldRun();
      if (how === 'made again') await rebuildMetrics(run);
      for (const stage of oldStages) {
        const {steps, curve, heat} = expected.stages[stage];
        const read = await readCurve(run, stage, {from: null, to: null, points: 3, logarithmic: false});
        expect(plain(await readSteps(run, stage))).toEqual(steps);
        expect(plain(read?.bins)).toEqual(curve);
        expect(plain(await readHeatMap(run, stage, 10))).toEqual(heat);
      }
    },
  );

  it('is exported as it was', async () => {
    const run = await oldRun();
    const all = await stepsOf([{path: run, record: {id: 'tiny-1'}} as unknown as Run]);
    expect(stepsCsv(all).split('\n')).toEqual(expected.csv);
    const hashes = all.map((steps) => [steps.stage, hashBytes(stepsTensorBoard(steps))]);
    expect(Object.fromEntries(hashes)).toEqual(expected.tensorBoard);
  });

  it('gives a report, the trees and the command line the losses of old', async () => {
    const events = await readEvents(runPaths.events(await oldRun()));
    const curves = trainingCurves(events);
    const progress = addEvents(plannedProgress([], new Set()), events);
    for (const stage of oldStages) {
      const {reportSteps, perTimestep, newest} = expected.stages[stage];
      const {steps = [], buckets = []} = curves.get(stage) ?? {};
      expect(steps.map(({update, losses}) => [update, losses.denoise, losses.consistency])).toEqual(reportSteps);
      expect(lossPerTimestep(buckets, 1000)).toEqual(perTimestep);
      expect(progress.stages.get(stage)?.losses).toEqual(newest);
    }
    let shown = noProgress;
    const texts = events.flatMap((event) => {
      shown = addEvents(shown, [event]);
      const stage = shown.stages.get(event.stage);
      return event.type === 'step' && stage ? [`${event.stage}: ${workText(stage)}`] : [];
    });
    expect(texts).toEqual(expected.progress);
  });

  it('goes on with lines of format 2, and its metrics with them', async () => {
    const run = await oldRun();
    const before = await readSteps(run, 'expert-0');
    const metrics = await openMetrics(run);
    const log = new EventLog(runPaths.events(run), (event, end) => metrics.append(event, end));
    const rest = {gradientNorm: 1, learningRate: 1e-4, secondsPerUpdate: 0.1};
    // The last update is made again, as after a checkpoint, and one more.
    for (const update of [6, 7]) {
      const losses = {denoise: update / 10, consistency: update / 100};
      log.append({type: 'step', stage: 'expert-0', update, updates: 7, losses, ...rest});
    }
    metrics.close();
    const rows = await readSteps(run, 'expert-0');
    expect([...rows.subarray(0, 5 * 7)]).toEqual([...before.subarray(0, 5 * 7)]);
    expect([...rows.subarray(5 * 7)].filter((_, i) => i % 7 !== 1)).toEqual([
      ...[6, 0.6, 0.06, 1, 1e-4, 0.1],
      ...[7, 0.7, 0.07, 1, 1e-4, 0.1],
    ]);
    const live = await metricsBytes(run);
    await rebuildMetrics(run);
    const again = await metricsBytes(run);
    again.delete('/layout.json');
    expect(again).toEqual(live);
  });

  it('may come from a build that knows a term more', async () => {
    const run = await oldRun();
    const losses = {denoise: 0.5, consistency: 0.25, perceptual: 8};
    const rest = {gradientNorm: 1, learningRate: 1e-4, secondsPerUpdate: 0.1};
    const line = {type: 'step', time: 1, stage: 'expert-9', update: 1, updates: 2, losses, ...rest};
    await appendFile(runPaths.events(run), `${JSON.stringify(line)}\n`);
    expect((await readEvents(runPaths.events(run))).at(-1)).toEqual(line);
    (await openMetrics(run)).close();
    expect([...(await readSteps(run, 'expert-9'))]).toEqual([1, 1, 0.5, 0.25, 1, 1e-4, 0.1]);
  });
});
