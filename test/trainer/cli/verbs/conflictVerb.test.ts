import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ConflictResult} from '../../../../trainer/contract/run/measured/gradientConflict.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

describe('deme measure gradient-conflict', {timeout: 300_000}, () => {
  useCpuBackend();

  it('measures a config before any training, proposes ranges, and knows the result of the run that it made', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder);
    const csv = join(folder, 'cosines.csv');
    const call = ['measure', 'gradient-conflict', config, '--timesteps', '8', '--images', '4', '--engine', 'wasm'];
    const {code, stdout, stderr} = await deme([...call, '--propose', '--ranges', '2', '--csv', csv]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      'Gradients of base at 8 timesteps, on the same 4 training images and noise; gradients kept whole.',
    );
    expect(stdout).toMatch(/^ {2}0 \[0, 500\) +-?[\d.]+ +-?[\d.]+$/m);
    expect(stdout).toMatch(/^ {2}edges: \[0, \d+, 1000\]$/m);
    const run = join(folder, '.deme', 'runs', 'tiny-1');
    const {file, result} = await demeJson(ConflictResult, [...call.slice(0, 2), run, ...call.slice(3)]);
    expect(file).toBe(join(run, 'conflict', 'base.json'));
    expect((await readFile(csv, 'utf8')).split('\n')).toHaveLength(1 + 28 * (1 + result.parts.length) + 1);
    // The same settings: the same run.
    expect((await demeJson(ConflictResult, call)).file).toBe(file);

    const plane = await deme(['measure', 'loss-plane', config]);
    expect(plane.stderr).toContain('There is no run');
    const refused = await deme([...call, '--ranges', '5']);
    expect(refused).toMatchObject({code: 2, stderr: 'deme: --ranges: Each range needs two of the timesteps.\n'});
  });
});
