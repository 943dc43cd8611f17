import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ActivationChange, ActivationResult} from '../../../../trainer/contract/run/measured/activationChange.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

describe('deme measure activation-change', {timeout: 300_000}, () => {
  useCpuBackend();

  it('compares expert and merged model with their base, as text, JSON and CSV', async () => {
    const folder = await temporaryFolder();
    const given = {experts: [{model: 'a'}, {model: 'b'}], merge: {weights: [0.2, 0.3]}};
    const config = await writeTinyExperiment(folder, {...given, decouple: undefined, evaluate: undefined});
    for (const [i, {model}] of given.experts.entries()) await writeTinyBase(join(folder, model), i + 2);
    const merged = await deme(['merge', config]);
    expect(merged.code, merged.stderr).toBe(0);
    const run = join(folder, '.deme', 'runs', 'tiny-1');
    const csv = join(folder, 'changes.csv');
    const call = ['measure', 'activation-change', run, '--timesteps', '2', '--images', '4', '--engine', 'wasm'];
    const {code, stdout, stderr} = await deme([...call, '--csv', csv]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      'Feature maps of expert 0, t 0 to 499 less those of the base, 2 timesteps of [0, 500), the same 4 validation images and noise.',
    );
    expect(stdout).toMatch(/^ {2}up 1 +8 x 8 x 4 +[\d.]+ +[\d.]+ % +[\d.]+ +[\d.]+ % +[\d.]+ +0\.250$/m);
    const {file, result} = await demeJson(ActivationResult, call);
    expect(file).toBe(join(run, 'activations', 'expert-0.json'));
    expect(ActivationChange.parse(JSON.parse(await readFile(file, 'utf8')))).toEqual(result);
    const rows = (await readFile(csv, 'utf8')).trim().split('\n');
    const up = result.sites[4] ?? expect.fail();
    expect(rows).toContain(`"up 1",spatial,rms,375,,,${up.spatial.rms[1]}`);
    const counts = rows
      .filter((row) => row.startsWith('"up 1",channel,count,'))
      .map((row) => row.split(',').map(Number));
    // Two timesteps, four images, four channels.
    expect(counts.reduce((sum, row) => sum + (row[6] ?? NaN), 0)).toBe(2 * 4 * 4);
    expect(counts.every(([, , , , low = NaN, high = NaN]) => low < high)).toBe(true);

    const other = await demeJson(ActivationResult, [...call, '--model', 'merged']);
    expect(other.result).toMatchObject({model: 'merged', range: [0, 1000], timesteps: [250, 750]});
    for (const [args, text] of [
      [['--model', 'base'], 'deme: --model: Give an expert, as in expert-0'],
      [['--timesteps', '0'], 'deme: --timesteps: Give a whole number from 1 to 250.'],
      [['--model', 'expert-2'], 'There is no model expert-2 to measure.'],
    ] as const) {
      const refused = await deme([...call, ...args]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(text);
    }
  });
});
