import * as tf from '@tensorflow/tfjs-core';
import {cp, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {stepsCsv, stepsOf} from '../../extension/panel/exportSteps.ts';
import type {Run} from '../../extension/runs/run.ts';
import {
  curveSeries,
  heatSumColumn,
  rowLength,
  seriesColumn,
  seriesTitle,
} from '../../trainer/contract/run/curveBins.ts';
import type {NewRunEvent} from '../../trainer/contract/run/events.ts';
import type * as terms from '../../trainer/contract/run/lossTerms.ts';
import type {LossTerm} from '../../trainer/contract/run/lossTerms.ts';
import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import type {Denoiser} from '../../trainer/models/denoiser.ts';
import {param} from '../../trainer/nn/params.ts';
import {drawCurves} from '../../trainer/pipeline/report/curves.ts';
import {metricsAreWhole} from '../../trainer/store/metrics/metricsCheck.ts';
import {openMetrics} from '../../trainer/store/metrics/metricsFile.ts';
import {readCurve, readHeatMap, readSteps} from '../../trainer/store/metrics/metricsReader.ts';
import {EventLog} from '../../trainer/store/run/eventLog.ts';
import {RunJournal} from '../../trainer/store/run/runJournal.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {createSchedule} from '../../trainer/schedulers/schedule.ts';
import {lossAndGradient} from '../../trainer/train/lossAndGradient.ts';
import type * as formulas from '../../trainer/train/lossFormulas.ts';
import {prepareBatch} from '../../trainer/train/microBatch.ts';
import {train} from '../../trainer/train/loop.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {expectAllClose} from '../helpers/engine/allClose.ts';
import {joined} from '../helpers/models/joined.ts';
import {preparePlainly} from '../helpers/models/plainTimesteps.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {syntheticConfig, syntheticReport} from './pipeline/report/syntheticRun.ts';
import {recordingHooks} from './train/tasks/recordingHooks.ts';
import {tinyTask} from './train/tasks/tinyTask.ts';

/** A third term: the mean square of the prediction, with weight 1/8. */
vi.mock('../../trainer/contract/run/lossTerms.ts', async (original) => {
  const real = await original<typeof terms>();
  Object.assign(real.lossTerms, {size: {label: 'Size loss', reportChart: 'size-curves.png'}});
  real.lossTermNames.push('size' as LossTerm);
  return real;
});
vi.mock('../../trainer/train/lossFormulas.ts', async (original) => {
  const real = await original<typeof formulas>();
  const size = {
    perImage: ({prediction}: {prediction: tf.Tensor4D}) => tf.mean(tf.square(prediction), [1, 2, 3]),
    weighted: (loss: tf.Tensor) => tf.mul(loss, 0.125),
  };
  Object.assign(real.lossFormulas, {size});
  return real;
});

const third = 'size' as LossTerm;
const fixture = new URL('../fixtures/runs/event-log-1', import.meta.url).pathname;
const whole = {from: null, to: null, points: 10, logarithmic: false};

describe('a third term of the training loss', () => {
  useCpuBackend();

  it('comes from its formula into the log, the metrics, the export, the report and the panel', async () => {
    const folder = await temporaryFolder();
    const run = join(folder, 'run');
    const hooks = recordingHooks();
    await train(tinyTask({updates: 4, logEvery: 1, bucketEvery: 4}, join(folder, 'checkpoints')), hooks);
    const steps = hooks.of('step');
    expect(steps.map(({losses}) => Object.keys(losses))).toEqual(steps.map(() => ['denoise', 'consistency', 'size']));
    const sizes = steps.map(({losses}) => losses[third] ?? NaN);
    expect(Math.min(...sizes)).toBeGreaterThan(0);

    await cp(fixture, run, {recursive: true});
    const journal = await RunJournal.open(run);
    for (const event of hooks.events) journal.append(event);
    journal.close();
    expect(JSON.parse(await readFile(join(run, 'metrics', 'layout.json'), 'utf8'))).toEqual({
      format: 2,
      lossTerms: ['denoise', 'consistency', 'size'],
    });

    const column = 2 + curveSeries.indexOf(third);
    const rows = await readSteps(run, 'expert-2');
    expect(steps.map((_, i) => rows[i * rowLength + column])).toEqual(sizes);
    const map = (await readHeatMap(run, 'expert-2', 10)) ?? new Float64Array();
    const [{count, losses} = {count: [], losses: {}}] = hooks.of('buckets');
    expect([...map.subarray(heatSumColumn(third, count.length))]).toEqual(losses[third]);

    const known = {path: run, record: {id: 'run'}} as unknown as Run;
    const [head, ...lines] = stepsCsv(await stepsOf([known])).split('\n');
    expect(head).toBe('run,stage,update,time,denoise,consistency,size,gradientNorm,learningRate,secondsPerUpdate');
    expect(lines.filter((line) => line.startsWith('run,expert-2,')).map((line) => Number(line.split(',')[6]))).toEqual(
      sizes,
    );
    expect(seriesTitle(third)).toBe('Size loss');

    const pictures = await drawCurves(run, syntheticConfig(4), syntheticReport(), folder);
    expect(pictures.map(({title, file}) => [title, file])).toContainEqual([
      'Size loss while training',
      'size-curves.png',
    ]);
  });

  it('counts in the gradient with its weight', async () => {
    const constant: Denoiser = {
      shapes: new Map(),
      inChannels: 1,
      outChannels: 1,
      contextWidth: null,
      prepare: preparePlainly,
      predict: (params) => param<tf.Tensor4D>(params, 'output'),
    };
    const shape: [number, number, number, number] = [1, 1, 3, 1];
    const schedule = createSchedule(SchedulerConfig.parse({}));
    const setting = {denoiser: constant, schedule, teacher: null, consistency: 1};
    const noise = tf.tensor4d([1, -1, 0.5], shape);
    const batch = prepareBatch(setting, {images: tf.zeros(shape), noise, timesteps: [500]});
    const {gradient, losses} = lossAndGradient(setting, new Map([['output', tf.tensor4d([2, 4, 6], shape)]]), batch);
    // d/ds of (s - noise)² / 3 + s² / 8 / 3
    const expected = [2 * (2 - 1) + 4 / 8, 2 * (4 + 1) + 8 / 8, 2 * (6 - 0.5) + 12 / 8].map((value) => value / 3);
    expectAllClose(await joined(gradient).data(), expected, 1e-6);
    expectAllClose(await losses[third].data(), [(4 + 16 + 36) / 3], 1e-5);
  });

  it('is a gap in the curves and not finite in the heat maps of metrics that lack it', async () => {
    const run = join(await temporaryFolder(), 'run');
    await cp(fixture, run, {recursive: true});
    expect(await metricsAreWhole(run)).toBe(true);
    const curve = await readCurve(run, 'expert-0', whole);
    const statistics = (series: LossTerm) =>
      (['min', 'max', 'mean', 'finite'] as const).map((name) => curve?.bins[seriesColumn(series, name)]);
    expect(statistics(third)).toEqual([NaN, NaN, NaN, 0]);
    expect(statistics('denoise')).toEqual([1.0445445030927658, 1.0445445030927658, 1.0445445030927658, 1]);
    const row = [...(await readSteps(run, 'expert-0')).subarray(0, rowLength)];
    expect(row).toEqual([1, 1795905972082, 1.0445445030927658, 0, NaN, 2.0548346042633057, 5e-5, 0.27565365900000005]);
    const map = (await readHeatMap(run, 'expert-0', 1)) ?? new Float64Array();
    const sums = (term: LossTerm) => [...map.subarray(heatSumColumn(term, 10), heatSumColumn(term, 10) + 10)];
    expect(sums(third)).toEqual(new Array(10).fill(NaN));
    expect(sums('denoise')[0]).toBeGreaterThan(0);
  });

  it('is a column of the metrics of an older run as soon as the run goes on', async () => {
    const run = join(await temporaryFolder(), 'run');
    await cp(fixture, run, {recursive: true});
    const before = await readSteps(run, 'ordinary');
    const metrics = await openMetrics(run);
    const log = new EventLog(runPaths.events(run), (event, end) => metrics.append(event, end));
    const losses = {denoise: 1, consistency: 0, [third]: 3};
    const rest = {gradientNorm: 1, learningRate: 1, secondsPerUpdate: 1};
    const step: NewRunEvent = {type: 'step', stage: 'ordinary', update: 13, updates: 13, losses, ...rest};
    log.append(step);
    metrics.close();
    expect(await metricsAreWhole(run)).toBe(true);
    const after = await readSteps(run, 'ordinary');
    expect(after.subarray(0, before.length)).toEqual(before);
    expect([...after.subarray(before.length)].toSpliced(1, 1)).toEqual([13, 1, 0, 3, 1, 1, 1]);
  });
});
