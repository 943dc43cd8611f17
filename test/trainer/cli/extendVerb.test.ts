import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {trainingCurves} from '../../../trainer/pipeline/report/trainingCurves.ts';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {itLong} from '../../helpers/longTests.ts';
import {mergedHash} from '../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

/** Two experts that make so many updates, and their merge; the learning rate is constant unless `schedule` names another shape. */
async function experiment(updates: number, schedule: object = {}) {
  const folder = await temporaryFolder();
  const optimizer = {learningRate: 1e-3};
  const often = {logEvery: 1, bucketEvery: 50, checkpointEvery: 2};
  const decouple = {ranges: 2, updates, batch: 4, schedule, optimizer, ...often};
  const config = await writeTinyExperiment(folder, {decouple, evaluate: undefined, merge: {weights: [0.5, 0.75]}});
  return {config, run: join(folder, '.deme', 'runs', 'tiny-1')};
}

describe('deme extend', {timeout: 300_000}, () => {
  useCpuBackend();

  it('trains on from the checkpoints, and makes again what follows', async () => {
    const whole = await experiment(7);
    expect((await deme(['run', whole.config])).code).toBe(0);
    const short = await experiment(4);
    expect((await deme(['run', short.config])).code).toBe(0);
    const before = (await readEvents(runPaths.events(short.run))).length;

    const {code, stdout, stderr} = await deme(['extend', short.run, '--updates', '7']);
    expect(code, stderr + stdout).toBe(0);
    const events = (await readEvents(runPaths.events(short.run))).slice(before);
    const steps = events.flatMap((event) =>
      event.type === 'step' && event.stage === 'expert-1' ? [event.update] : [],
    );
    expect(steps).toEqual([5, 6, 7]);
    const done = events.flatMap((event) => (event.type === 'stage' && event.state === 'done' ? [event.stage] : []));
    expect(done.at(-1)).toBe('merge');
    expect(await mergedHash(short.run)).toBe(await mergedHash(whole.run));

    expect(await deme(['extend', short.run, '--updates', '7'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('makes 7 updates already') as string,
    });
  });

  it('has the user choose where a schedule would raise the learning rate, and makes the updates of that choice', async () => {
    const {config, run} = await experiment(4, {kind: 'cosine'});
    expect((await deme(['finetune', config])).code).toBe(0);
    const configBefore = await readFile(runPaths.config(run), 'utf8');
    const refused = await deme(['extend', run, '--updates', '8']);
    expect(refused.code).toBe(2);
    // Of update 3 of 4: (1 + cos(3 pi / 4)) / 2; of update 4 of 8: (1 + cos(pi / 2)) / 2.
    expect(refused.stderr).toContain('raise the learning rate of expert-0 from 1.5e-4 to 5.0e-4');
    expect(refused.stderr).toContain('--learning-rate keep');
    expect(await readFile(runPaths.config(run), 'utf8')).toBe(configBefore);

    const kept = await deme(['extend', run, '--updates', '6', '--learning-rate', 'keep']);
    expect(kept.code, kept.stderr).toBe(0);
    const last = 1e-3 * 0.5 * (1 + Math.cos((3 * Math.PI) / 4));
    expect((await ratesOf(run)).slice(3).map((rate) => rate / last)).toEqual([1, 1, 1]);

    const scheduled = await deme(['extend', run, '--updates', '8', '--learning-rate', 'schedule']);
    expect(scheduled.code, scheduled.stderr).toBe(0);
    const share = (update: number) => 0.5 * (1 + Math.cos((update * Math.PI) / 8));
    const rates = (await ratesOf(run)).slice(6);
    expect(rates).toHaveLength(2);
    rates.forEach((rate, i) => expect(rate).toBeCloseTo(1e-3 * share(6 + i), 12));
  });

  itLong('asks for nothing where only a warm-up that is not over raises the rate', async () => {
    const {config, run} = await experiment(4, {kind: 'linear', warmup: 8});
    expect((await deme(['finetune', config])).code).toBe(0);
    expect((await deme(['extend', run, '--updates', '6'])).code).toBe(0);
  });
});

/** The learning rates of expert 1, by update. */
async function ratesOf(run: string): Promise<number[]> {
  const {steps = []} = trainingCurves(await readEvents(runPaths.events(run))).get('expert-1') ?? {};
  return steps.map(({learningRate}) => learningRate);
}
