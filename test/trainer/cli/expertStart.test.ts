import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {StageRecord} from '../../../trainer/contract/run/pipeline.ts';
import {checkpointName} from '../../../trainer/store/run/checkpointFiles.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

const base = {ranges: 2, updates: 3, batch: 4, logEvery: 1, bucketEvery: 3, checkpointEvery: 3};
const only = {merge: undefined, evaluate: undefined};

/** All weights of an expert, by name. */
async function weightsOf(run: string, expert: string): Promise<Map<string, Float32Array>> {
  const reader = await (await readModelFolder(runPaths.model(run, expert))).openWeights();
  const weights = new Map<string, Float32Array>();
  for (const name of reader.shapes.keys()) weights.set(name, await reader.read(name));
  await reader.close();
  return new Map([...weights].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('experts that start from weights of another run', {timeout: 300_000}, () => {
  useCpuBackend();

  it('begin with those of its models and checkpoints, and are trained again when these are others', async () => {
    const folder = await temporaryFolder();
    const first = await writeTinyExperiment(folder, {...only, decouple: base});
    expect((await deme(['finetune', first])).code).toBe(0);
    const run = join(folder, '.deme', 'runs', 'tiny-1');
    const checkpoint = join('.deme', 'runs', 'tiny-1', 'checkpoints', 'expert-1', checkpointName(3));
    // So small a rate that no float32 changes: what they end with is what they began with.
    const still = {...base, updates: 1, ema: null, optimizer: {learningRate: 1e-30}};
    const start = ['.deme/runs/tiny-1/models/expert-0', checkpoint];
    const config = await writeTinyExperiment(folder, {...only, name: 'fork', decouple: {...still, start}});
    const {code, stderr} = await deme(['finetune', config]);
    expect(code, stderr).toBe(0);
    const fork = join(folder, '.deme', 'runs', 'fork-1');
    for (const expert of ['expert-0', 'expert-1'])
      expect(await weightsOf(fork, expert)).toEqual(await weightsOf(run, expert));
    expect(await weightsOf(fork, 'expert-0')).not.toEqual(await weightsOf(run, 'expert-1'));

    const keyOf = async (path: string, stage: string) =>
      StageRecord.parse(JSON.parse(await readFile(runPaths.stage(path, stage), 'utf8'))).key;
    const settings = JSON.parse(await readFile(config, 'utf8')) as object;
    const swapped = join(folder, 'other.deme.yaml');
    await writeFile(
      swapped,
      JSON.stringify({...settings, name: 'other', decouple: {...still, start: [null, checkpoint]}}),
    );
    expect((await deme(['run', swapped])).code).toBe(0);
    const other = join(folder, '.deme', 'runs', 'other-1');
    expect(await keyOf(other, 'expert-1')).toBe(await keyOf(fork, 'expert-1'));
    expect(await keyOf(other, 'expert-0')).not.toBe(await keyOf(fork, 'expert-0'));
  });

  it('are refused where the weights are gone or of another network, and where a start is missing', async () => {
    const folder = await temporaryFolder();
    const config = async (decouple: object) => writeTinyExperiment(folder, {...only, decouple: {...base, ...decouple}});
    expect((await deme(['finetune', await config({})])).code).toBe(0);
    const trained = '.deme/runs/tiny-1/models/expert-0';
    expect(await deme(['finetune', await config({start: [null, 'gone']})])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is nothing here for an expert to start from') as string,
    });
    expect(await deme(['validate', await config({start: [trained]})])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('give one for each expert') as string,
    });
    const odd = await deme(['finetune', await config({start: [trained, null], projection: 'off'})]);
    expect(odd.code).not.toBe(0);
    expect(odd.stderr + odd.stdout).toContain('These weights are not of this network with projection: off');
  });
});
