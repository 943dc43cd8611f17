import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {LandscapeResult} from '../../../../trainer/contract/run/measured/lossLandscape.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

describe('deme measure loss-landscape', {timeout: 300_000}, () => {
  useCpuBackend();

  it('measures a config before any training, and knows the result of the run that it made', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder);
    const csv = join(folder, 'losses.csv');
    const options = ['--points', '3', '--extent', '0.25', '--images', '4'];
    const call = ['measure', 'loss-landscape', config, ...options];
    const {code, stdout, stderr} = await deme([...call, '--csv', csv]);
    expect(code, stderr).toBe(0);
    // The engine of the config.
    expect(stdout).toMatch(/^WebAssembly on .*, as asked for\.$/m);
    expect(stdout).toContain('Held-out loss around base, random directions, at 3 x 3 points up to 0.25 away');
    expect(stdout).toMatch(/^ {2}all t( +-?[\d.e-]+){5}$/m);
    expect(stdout).toMatch(/^ {2}\[500, 1000\)( +-?[\d.e-]+){5}$/m);
    const run = join(folder, '.deme', 'runs', 'tiny-1');
    const {file, result} = await demeJson(LandscapeResult, ['measure', 'loss-landscape', run, ...options]);
    expect(file).toBe(join(run, 'landscape', 'base-random.json'));
    const lines = (await readFile(csv, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(1 + 9 * 3);
    expect(lines.slice(0, 2)).toEqual(['a,b,low,high,loss', expect.stringMatching(/^-0\.25,-0\.25,0,1000,[\d.]+$/)]);
    expect(
      lines
        .find((line) => line.startsWith('0,0.25,500,1000,'))
        ?.split(',')
        .at(-1),
    ).toBe(String(result.rows[2]?.[1]?.[1]));

    const refused = await deme([...call, '--directions', 'task-vectors']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${join(run, 'models', 'expert-0')}: There is no model expert-0 to measure.`);
    const even = await deme([...call, '--points', '10']);
    expect(even).toMatchObject({code: 2, stderr: 'deme: --points: Give an odd whole number from 3 to 51.\n'});
  });
});
