import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {decodePng} from '../../../trainer/data/png.ts';
import {eventLogPath, readEvents} from '../../../trainer/store/eventLog.ts';
import {readModelFolder} from '../../../trainer/store/modelFolder.ts';
import {useCpuBackend} from '../../helpers/cpuBackend.ts';
import {deme, useBuiltProgram} from '../../helpers/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/tinyExperiment.ts';

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

describe('a training that draws samples', {timeout: 300_000}, () => {
  useBuiltProgram();
  useCpuBackend();

  it('draws them before it begins, as often as wanted, and at its end, and learns the same', async () => {
    const run = await finetune({samples: {every: 2, images: 3, steps: 2}});
    const drawn = (await readEvents(eventLogPath(run))).flatMap((event) => (event.type === 'images' ? [event] : []));
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
});
