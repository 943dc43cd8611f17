import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {decodePng} from '../../../../trainer/data/pictures/png.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {readBest} from '../../../../trainer/train/bestCheckpoint.ts';
import {checkpointName, checkpointNames} from '../../../../trainer/store/run/checkpointFiles.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const training = {ranges: 2, updates: 5, batch: 4, ema: null, optimizer: {learningRate: 0.05}};

/** Finetunes two experts of the same base; returns the run. */
async function finetune(decouple: object): Promise<string> {
  const folder = await temporaryFolder();
  const changes = {decouple: {...training, ...decouple}, evaluate: undefined, merge: undefined};
  const config = await writeTinyExperiment(folder, changes);
  const {code, stderr} = await deme(['finetune', config]);
  expect(code, stderr).toBe(0);
  return join(folder, '.deme', 'runs', 'tiny-1');
}

async function hashes(run: string): Promise<string[]> {
  const models = [0, 1].map((i) => readModelFolder(join(run, 'models', `expert-${i}`)));
  return Promise.all((await Promise.all(models)).map((model) => model.weightsHash()));
}

/** The measured losses of a stage by update. */
async function heldOutOf(run: string, wanted: string): Promise<[number, number][]> {
  const events = await readEvents(runPaths.events(run));
  return events.flatMap((event) =>
    event.type === 'heldOut' && event.stage === wanted ? [[event.update, event.loss ?? NaN] as [number, number]] : [],
  );
}

describe('a training that is watched', {timeout: 300_000}, () => {
  useCpuBackend();

  it('draws samples before it begins, as often as wanted, and at its end, and learns the same', async () => {
    const run = await finetune({samples: {every: 2, images: 3, steps: 2}, heldOutEvery: 2});
    const drawn = (await readEvents(runPaths.events(run))).flatMap((event) => (event.type === 'images' ? [event] : []));
    for (const [i, stage] of ['expert-0', 'expert-1'].entries()) {
      const own = drawn.filter((event) => event.stage === stage);
      expect(own.map(({update}) => update)).toEqual([0, 2, 4, 5]);
      const files = await Promise.all(own.map(({file}) => readFile(file)));
      // Three images of 8 x 8 in a square grid with a line between them.
      expect(files.map(decodePng).map(({width, height}) => [width, height])).toEqual(new Array(4).fill([18, 18]));
      expect(new Set(files.map((file) => file.toString('base64'))).size, `${i}`).toBe(4);
    }
    const [first, second] = drawn.filter(({update}) => update === 0).map(({file}) => readFile(file));
    // Both begin at the base.
    expect(await first).toEqual(await second);

    expect(await hashes(run)).toEqual(await hashes(await finetune({})));
  });

  it('measures its held-out loss as often as wanted and at its end, and keeps the best checkpoint', async () => {
    const run = await finetune({updates: 9, heldOutEvery: 2, checkpointEvery: 100, keepCheckpoints: 1});
    const losses = await Promise.all(['expert-0', 'expert-1'].map((stage) => heldOutOf(run, stage)));
    for (const [i, measured] of losses.entries()) {
      expect(measured.map(([update]) => update)).toEqual([2, 4, 6, 8, 9]);
      const [update, loss] = measured.reduce((best, each) => (each[1] < best[1] ? each : best));
      const checkpoints = join(run, 'checkpoints', `expert-${i}`);
      expect(await readBest(checkpoints)).toEqual({format: 1, update, loss});
      expect(await checkpointNames(checkpoints)).toEqual([...new Set([update, 9])].map(checkpointName));
    }
    // Each on its own range: noise is easier to see where there is more of it.
    expect(losses[1]?.[0]?.[1]).toBeLessThan(losses[0]?.[0]?.[1] ?? NaN);
  });
});
