import {mkdir, readdir} from 'node:fs/promises';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {CurveFeed} from '../../../../extension/panel/curveFeed.ts';
import {curveSeries, rowLength} from '../../../../trainer/contract/run/curveBins.ts';
import {SingleStage} from '../../../../trainer/pipeline/owner/single/singleStage.ts';
import {readHeatMap, readMilestones, readSteps} from '../../../../trainer/store/metrics/metricsReader.ts';
import {readStageState} from '../../../../trainer/store/run/launched/launchedRun.ts';
import {takeLock, type HeldLock} from '../../../../trainer/store/run/processLock.ts';
import {RunJournal} from '../../../../trainer/store/run/runJournal.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {makeRun} from '../../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {noisyBuckets, noisyStep} from '../metricsRun.ts';

/** A life of the job of a stage, which logs updates (from, to]. */
async function life(run: string, stage: string, {id, number, lock}: {id: string; number: number; lock: HeldLock}) {
  vi.stubEnv('SLURM_JOB_ID', id);
  vi.stubEnv('SLURM_RESTART_COUNT', String(number));
  const single = await SingleStage.open(run, stage, lock, () => undefined);
  let time = 1e12 + 1e8 * number;
  const train = (from: number, to: number, seed: number) => {
    for (let update = from + 1; update <= to; update++) {
      time += 100;
      single.relay({...noisyStep(update, {stage, seed, denoise: update + seed / 8}), time});
    }
    single.relay({...noisyBuckets(from, to, stage), time});
    single.relay({type: 'heldOut', time, stage, update: to, loss: seed});
  };
  return {single, train};
}

const denoise = rowLength - curveSeries.length + curveSeries.indexOf('denoise');

async function lossesOf(run: string, stage: string): Promise<number[]> {
  const rows = await readSteps(run, stage);
  return Array.from({length: rows.length / rowLength}, (_, i) => rows[i * rowLength + denoise] ?? NaN);
}

describe('the metrics of a stage without an owner', () => {
  it('are there while it runs, go on in its next life, and are those of the run at its end', async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    const run = await makeRun(await temporaryFolder(), ['expert-0', 'expert-1']);
    await mkdir(runPaths.stages(run), {recursive: true});
    const locks = await Promise.all(['expert-0', 'expert-1'].map((stage) => takeLock(runPaths.singleLock(run, stage))));
    const [lock, other] = locks.map((each) => (each.held ? each : expect.fail('nobody else is there')));
    if (!lock || !other) expect.fail();

    const first = await life(run, 'expert-0', {id: '7', number: 0, lock});
    const beside = await life(run, 'expert-1', {id: '8', number: 0, lock: other});
    first.train(0, 300, 1);
    beside.train(0, 20, 3);
    const feed = new CurveFeed();
    const watched = {runs: [], range: null, points: 1000, logarithmic: false};
    const seen = await feed.curves(run, watched);
    expect(seen.map(({stage, steps}) => [stage, steps])).toEqual([
      ['expert-0', 300],
      ['expert-1', 20],
    ]);

    // Killed after update 300, it goes on from its checkpoint after update 200.
    const second = await life(run, 'expert-0', {id: '7', number: 1, lock});
    expect(await lossesOf(run, 'expert-0')).toHaveLength(300);
    second.train(200, 400, 2);
    const updates = Array.from({length: 400}, (_, i) => i + 1);
    const expected = updates.map((update) => update + (update <= 200 ? 1 : 2) / 8);
    expect(await lossesOf(run, 'expert-0')).toEqual(expected);
    expect((await feed.curves(run, watched)).map(({stage}) => stage)).toEqual(['expert-0']);
    // The life before, which does not know that it is over, harms nobody.
    first.train(300, 310, 9);
    expect(await lossesOf(run, 'expert-0')).toEqual(expected);

    await second.single.beat();
    // Ten updates a second, of 100,000.
    expect(await readStageState(run, 'expert-0')).toMatchObject({update: 400, updates: 100_000, loss: 400.25});
    expect((await readStageState(run, 'expert-0'))?.secondsLeft).toBeCloseTo(9960, 0);

    const read = () =>
      Promise.all([
        lossesOf(run, 'expert-1'),
        readHeatMap(run, 'expert-0', 100),
        readMilestones(run, ['heldOut']).then((events) => events.map(({time}) => time).sort()),
      ]);
    const before = await read();
    expect(before[2]).toHaveLength(3);
    await second.single.end('done');
    await beside.single.end('done');
    await lock.release();
    await other.release();
    const journal = await RunJournal.open(run);
    await journal.adoptSingleStages();
    journal.close();
    expect((await readdir(runPaths.stages(run))).filter((name) => name.endsWith('.metrics'))).toEqual([]);
    expect(await lossesOf(run, 'expert-0')).toEqual(expected);
    const [losses, heat, times] = await read();
    expect([losses, heat]).toEqual([before[0], before[1]]);
    // With what the life has said that did not know that it was over.
    expect(times).toHaveLength(4);
  });
});
