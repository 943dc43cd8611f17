import {cp, readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {isLong} from '../../../helpers/longTests.ts';
import {mergedHash, undisturbedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {whenLocked} from '../../../helpers/machine/whenLocked.ts';

const weightsOf = (model: string) => join(model, 'unet', 'diffusion_pytorch_model.safetensors');

/** A run of the tiny experiment whose folder is known beforehand, and another base of the same architecture. */
async function experiment(changes: Record<string, unknown> = {}) {
  const folder = await temporaryFolder();
  const config = await writeTinyExperiment(folder, {engine: {name: 'wasm', processes: 1}, ...changes});
  await writeTinyBase(join(folder, 'other'), 9);
  await cp(join(folder, 'base'), join(folder, 'kept'), {recursive: true});
  const run = join(folder, '.deme', 'runs', 'tiny-1');
  const put = (model: string, at: string) => cp(weightsOf(join(folder, model)), weightsOf(join(folder, at)));
  return {folder, config, run, put};
}

const unmeasured = {evaluate: undefined};
/** When the base is replaced, in what experiment. */
const replacedAt: [stage: string, changes: Record<string, unknown>][] = [['expert-0', unmeasured]];
if (isLong) replacedAt.push(['search', unmeasured], ['evaluate-base', {}]);

const undisturbed = undisturbedHash(() => experiment(unmeasured));

describe('a base that is replaced while a run works', {timeout: 300_000}, () => {
  useCpuBackend();

  it.each(replacedAt)(
    'ends the run when the process of %s has just started, and put back lets it go on to the right result',
    async (stage, changes) => {
      const {config, run, put} = await experiment(changes);
      const swap = whenLocked(run, stage, () => put('other', 'base'));
      const {code, stderr} = await deme(['run', config]);
      await swap;
      expect(stderr).toContain('The weights of the base changed since the run began');
      expect(code).toBe(2);
      expect(await currentState(run)).toMatchObject({state: 'failed', error: {code: 'input-changed'}});
      expect(await fileExists(runPaths.stage(run, stage))).toBe(false);

      const refused = await deme(['resume', run]);
      expect(refused).toMatchObject({code: 2, stderr: expect.stringContaining('base changed') as string});

      await put('kept', 'base');
      expect((await deme(['resume', run])).code).toBe(0);
      expect(await mergedHash(run)).toBe(await undisturbed());
    },
  );
});

describe('an image that is changed while a training works', {timeout: 300_000}, () => {
  useCpuBackend();

  it('ends the training before these updates are kept; put back, the result is right but no later run takes it over', async () => {
    const changes = {
      decouple: {ranges: 1, updates: 40, batch: 4, logEvery: 1, bucketEvery: 100, checkpointEvery: 20},
      merge: undefined,
      evaluate: undefined,
    };
    const {folder, config, run} = await experiment(changes);
    const image = join(folder, 'images', '7.png');
    const bytes = await readFile(image);
    const {code, stderr} = await deme(['run', config, '--json'], {
      onStart: (child) => {
        let isDone = false;
        child.stdout.on('data', (chunk: Buffer) => {
          if (isDone || !chunk.toString().includes('"update":4,')) return;
          isDone = true;
          void readFile(join(folder, 'images', '8.png')).then((other) => writeFile(image, other));
        });
      },
    });
    expect(code, stderr).toBe(2);
    expect(await currentState(run)).toMatchObject({error: {code: 'input-changed', where: image}});
    const saved = (await readEvents(runPaths.events(run))).filter(({type}) => type === 'checkpoint');
    expect(saved).toEqual([]);

    await writeFile(image, bytes);
    const resumed = await deme(['resume', run]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toContain('the times of the image files are not those that the run began with');
    const plain = await experiment(changes);
    expect((await deme(['run', plain.config])).code).toBe(0);
    const expert = async (path: string) => (await readModelFolder(runPaths.model(path, 'expert-0'))).weightsHash();
    expect(await expert(run)).toBe(await expert(plain.run));
    expect((await deme(['run', config])).stdout).toContain('again, data.files changed since tiny-1');
  });
});

describe('a given expert that is replaced while a run works', {timeout: 300_000}, () => {
  useCpuBackend();

  it('ends the search', async () => {
    const experts = [
      {model: 'low', range: [0, 500]},
      {model: 'high', range: [500, 1000]},
    ];
    const {folder, config, run} = await experiment({experts, decouple: undefined, evaluate: undefined});
    for (const [i, {model}] of experts.entries()) await writeTinyBase(join(folder, model), i + 2);
    const swap = whenLocked(run, 'search', async () => {
      await rename(join(folder, 'high'), join(folder, 'away'));
      await rename(join(folder, 'other'), join(folder, 'high'));
    });
    const {code, stderr} = await deme(['run', config]);
    await swap;
    expect(code).toBe(2);
    expect(stderr).toContain('Expert 1 changed since the run began');
    expect(await fileExists(runPaths.weights(run))).toBe(false);
  });
});
