import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../../helpers/cpuBackend.ts';
import {deme, useBuiltProgram} from '../../helpers/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/tinyExperiment.ts';

/** Two experts that make so many updates, and their merge; the learning rate is constant. */
async function experiment(updates: number) {
  const folder = await temporaryFolder();
  const decouple = {ranges: 2, updates, batch: 4, logEvery: 1, bucketEvery: 50, checkpointEvery: 2};
  const config = await writeTinyExperiment(folder, {decouple, evaluate: undefined, merge: {weights: [0.5, 0.75]}});
  return {config, run: join(folder, '.deme', 'runs', 'tiny-1')};
}

const merged = async (run: string) => (await readModelFolder(join(run, 'models', 'merged'))).weightsHash();

describe('deme extend', {timeout: 300_000}, () => {
  useBuiltProgram();
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
    expect(await merged(short.run)).toBe(await merged(whole.run));

    expect(await deme(['extend', short.run, '--updates', '7'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('makes 7 updates already') as string,
    });
  });
});
