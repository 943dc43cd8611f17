import {appendFile, mkdir, readdir, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {metricsAreWhole, metricStages} from '../../../../trainer/store/metrics/metricsCheck.ts';
import {openMetrics, rebuildMetrics} from '../../../../trainer/store/metrics/metricsFile.ts';
import {metricsPaths} from '../../../../trainer/store/metrics/metricsPaths.ts';
import {readMilestones, readSteps} from '../../../../trainer/store/metrics/metricsReader.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {metricsBytes, newMetricsRun, noisyBuckets, noisyStep, type MetricsRun} from '../metricsRun.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';

/** Two stages, a resume that tells updates 250 to 300 again, buckets, and all kinds of other events. */
async function liveRun(): Promise<MetricsRun> {
  const run = await newMetricsRun();
  run.emit({type: 'stage', stage: 'expert-0', state: 'started'});
  for (let update = 1; update <= 300; update++) {
    run.emit(noisyStep(update));
    run.emit(noisyStep(update, {stage: 'expert-1'}));
    if (update % 10 === 0) run.emit(noisyBuckets(update - 10, update));
    run.emit({type: 'progress', stage: 'expert-0', done: update, total: 500, what: 'updates'});
  }
  for (let update = 250; update <= 500; update++) {
    run.emit(noisyStep(update, {seed: 1}));
    if (update % 10 === 0) run.emit(noisyBuckets(update - 10, update));
  }
  run.emit({type: 'images', stage: 'expert-0', file: 'samples.png', update: 500});
  return run;
}

describe('the metrics of a run', () => {
  it('are the same bytes when they are made again from the event log', async () => {
    const {path} = await liveRun();
    const live = await metricsBytes(path);
    expect([...live.keys()]).toContain('/stages/expert-0/curve-2.bin');
    await rebuildMetrics(path);
    expect(await metricsBytes(path)).toEqual(live);
  });

  it('hold a resumed update once, as it was told last', async () => {
    const {path} = await liveRun();
    const rows = await readSteps(path, 'expert-0');
    const updates = rows.filter((_, i) => i % 7 === 0);
    expect([...updates]).toEqual(Array.from({length: 500}, (_, i) => i + 1));
    expect(rows[269 * 7 + 3]).toBe(noisyStep(270, {seed: 1}).losses.consistency);
  });

  it('go on where they were without being made again', async () => {
    const {path, metrics} = await liveRun();
    metrics.close();
    expect(await metricsAreWhole(path)).toBe(true);
    const again = await newMetricsRun(path);
    for (let update = 501; update <= 700; update++) again.emit(noisyStep(update));
    const live = await metricsBytes(path);
    await rebuildMetrics(path);
    expect(await metricsBytes(path)).toEqual(live);
  });

  it('keep the rare events apart from the many', async () => {
    const {path} = await liveRun();
    expect((await readMilestones(path)).map(({type}) => type)).toEqual(['stage', 'images']);
  });

  it.each([
    ['no longer there', (folder: string) => rm(folder, {recursive: true})],
    ['without their position', (folder: string) => rm(metricsPaths.position(folder))],
    ['torn in the rows', (folder: string) => truncate(metricsPaths.curve(folder, 'expert-0')(0), 1000)],
    ['short of whole rows', (folder: string) => truncate(metricsPaths.curve(folder, 'expert-1')(0), 56 * 299)],
    ['short of a bin', (folder: string) => truncate(metricsPaths.curve(folder, 'expert-0')(2), 0)],
    ['torn in a heat map', (folder: string) => truncate(metricsPaths.heat(folder, 'expert-0')(1), 8)],
    ['longer than they say', (folder: string) => appendFile(metricsPaths.milestones(folder), '{}\n')],
    ['overwritten', (folder: string) => writeFile(metricsPaths.position(folder), 'x')],
  ])('are made again when they are %s', async (_, damage) => {
    const {path, metrics} = await liveRun();
    metrics.close();
    const live = await metricsBytes(path);
    await damage(runPaths.metrics(path));
    expect(await metricsAreWhole(path)).toBe(false);
    (await openMetrics(path)).close();
    expect(await metricsBytes(path)).toEqual(live);
  });

  it('are made again when the log went on without them', async () => {
    const {path, metrics} = await liveRun();
    metrics.close();
    await appendFile(runPaths.events(path), `${JSON.stringify({...noisyStep(501), time: 1})}\n`);
    (await openMetrics(path)).close();
    expect((await readSteps(path, 'expert-0')).length / 7).toBe(501);
  });

  it('are empty for a run without events', async () => {
    const {path} = await newMetricsRun();
    expect(await metricsAreWhole(path)).toBe(true);
    expect(await readSteps(path, 'expert-0')).toHaveLength(0);
    expect(await metricsAreWhole(join(path, 'none'))).toBe(false);
  });
});

describe('the metrics of a run with a hostile event log', () => {
  it.each(['../../../../evil', '/tmp/evil', '..', '', 'a/b', 'a\\b', 'a\0b'])(
    'leave out the stage %j',
    async (stage) => {
      const around = await temporaryFolder();
      const run = join(around, 'run');
      await mkdir(run);
      await writeFile(runPaths.events(run), `${JSON.stringify({...noisyStep(1), time: 1, stage})}\n`);
      const unreadable: number[] = [];
      (await openMetrics(run, (lines) => unreadable.push(lines))).close();
      expect(unreadable).toEqual([1]);
      expect(await readdir(around)).toEqual(['run']);
      expect((await readdir(run)).sort()).toEqual(['events.jsonl', 'metrics']);
      expect(await metricStages(runPaths.metrics(run))).toEqual([]);
    },
  );

  it('are not made from a line that never ends', async () => {
    const run = await temporaryFolder();
    await writeFile(runPaths.events(run), '');
    await truncate(runPaths.events(run), 2 ** 30);
    await expect(openMetrics(run)).rejects.toMatchObject({code: 'log-invalid', message: 'A line has no end.'});
  });
});
