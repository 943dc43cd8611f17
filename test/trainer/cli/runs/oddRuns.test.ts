import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {oddRuns, replaceByPipes} from '../../../helpers/runs/oddRuns.ts';
import {makeRun, setState} from '../../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

/** Those that also somebody who may read everything cannot read. */
const odd = Object.entries(oddRuns).filter(([name]) => !name.includes('locked'));

describe('runs that cannot be read', {timeout: 300_000}, () => {
  useCpuBackend();

  it('keep no other run out of `deme runs` and `deme resume --all`, each with one warning', async () => {
    const cwd = await temporaryFolder();
    const [good, piped] = [await makeRun(cwd), await makeRun(cwd)];
    for (const run of [good, piped]) await setState(run, 'done', {progress: 1});
    await replaceByPipes(piped, ['events.jsonl', 'state.json', 'control.json', 'owner.lock', 'locks', 'config.json']);
    for (const [name, make] of odd) await make(join(cwd, '.deme', 'runs', name), good);

    const listed = await deme(['runs'], {cwd});
    expect(listed).toMatchObject({code: 0, stderr: ''});
    expect(listed.stdout).toMatch(/^digits-1 +done/m);
    const warned = listed.stdout.split('\n').filter((line) => line.startsWith('warning: '));
    expect(warned).toHaveLength(odd.length + 1);
    for (const [name] of odd) expect(warned.filter((line) => line.includes(join('runs', name)))).toHaveLength(1);

    const resumed = await deme(['resume', '--all'], {cwd});
    expect(resumed.stderr.match(/^warning: /gm)).toHaveLength(odd.length);
  });

  it('are left out by `deme run` with one warning, and the others are taken over', async () => {
    const cwd = await temporaryFolder();
    const changes = {evaluate: undefined, merge: {weights: [0.5, 0.5]}};
    const config = await writeTinyExperiment(cwd, changes);
    expect(await deme(['run', config], {cwd})).toMatchObject({code: 0});
    const runs = join(cwd, '.deme', 'runs');
    for (const [name, make] of odd) await make(join(runs, name), join(runs, 'tiny-1'));
    await mkdir(join(runs, 'nothing'));

    const {code, stdout, stderr} = await deme(['run', config], {cwd});
    expect(code, stderr + stdout).toBe(0);
    expect(stdout.match(/an earlier run is left out/g)).toHaveLength(odd.length);
    expect(stdout).toMatch(/^merge: taken over from tiny-1/m);
  });

  it('have their stages done again where a pipe lies in place of a result', async () => {
    const cwd = await temporaryFolder();
    const config = await writeTinyExperiment(cwd, {evaluate: undefined, merge: {weights: [0.5, 0.5]}});
    expect(await deme(['run', config], {cwd})).toMatchObject({code: 0});
    const first = join(cwd, '.deme', 'runs', 'tiny-1');
    const weights = join('unet', 'diffusion_pytorch_model.safetensors');
    await replaceByPipes(first, [join('models', 'expert-0', weights), join('stages', 'expert-1.json')]);

    const {code, stdout, stderr} = await deme(['run', config], {cwd});
    expect(code, stderr + stdout).toBe(0);
    expect(stdout).toMatch(/^expert-0: again, its result in tiny-1 was changed or damaged/m);
    expect(stdout).toMatch(/^expert-1: for the first time/m);
  });
});
