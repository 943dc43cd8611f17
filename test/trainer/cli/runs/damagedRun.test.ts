import {readFile, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {trainingCurves} from '../../../../trainer/pipeline/report/trainingCurves.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {mergedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

/** Makes the first step of a log what a power cut may leave of it. */
async function zeroStep(file: string): Promise<void> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const at = lines.findIndex((line) => line.startsWith('{"type":"step"'));
  await writeFile(file, lines.map((line, i) => (i === at ? '\0'.repeat(40) : line)).join('\n'));
}

describe('a run whose files are damaged', {timeout: 300_000}, () => {
  useCpuBackend();

  it('is gone on with, does again what it has lost, says so, and makes the same bytes', async () => {
    const cwd = await temporaryFolder();
    const decouple = {ranges: 2, updates: 12, batch: 4, logEvery: 1, bucketEvery: 20, checkpointEvery: 3};
    const config = await writeTinyExperiment(cwd, {decouple, evaluate: undefined, merge: {weights: [0.5, 0.75]}});
    const run = join(cwd, '.deme', 'runs', 'tiny-1');
    expect((await deme(['run', config])).code).toBe(0);
    const wanted = await mergedHash(run);

    for (const file of ['state.json', 'stages/search.json']) await truncate(join(run, file), 0);
    await writeFile(join(run, 'control.json'), '{"command": "sto');
    await zeroStep(runPaths.events(run));
    await truncate(join(run, 'models/expert-0/unet/diffusion_pytorch_model.safetensors'), 99);
    await rm(join(run, 'models/expert-1'), {recursive: true});
    await rm(join(run, 'stages/merge.json'));

    expect(await currentState(run)).toMatchObject({state: 'lost', error: {code: 'json-invalid'}});
    const list = await deme(['runs'], {cwd});
    expect(list.code).toBe(0);
    expect(list.stdout).toContain('go on with: deme resume');
    const {code, stdout, stderr} = await deme(['resume', run]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/expert-0: again, models\/expert-0\/\S+ was changed or damaged/);
    expect(stdout).toMatch(/expert-1: again, models\/expert-1\/\S+ is missing/);
    expect(stdout).toContain('search: again, its record is damaged');
    expect(stdout).toContain('damaged lines of the event log are left out (1)');
    expect(await mergedHash(run)).toBe(wanted);
    expect(await currentState(run)).toMatchObject({state: 'done'});

    await rm(join(run, 'stages/merge.json'));
    await truncate(join(run, 'state.json'), 0);
    for (const [file, hint] of [
      ['plan.json', `Say again what is wanted, as in \`deme run ${config} --resume tiny-1\`.`],
      ['config.json', `\`deme run ${config}\` makes a new run, and takes over the stages that this one has finished.`],
    ]) {
      await truncate(join(run, file ?? ''), 0);
      expect((await deme(['resume', run])).stderr).toContain(hint);
    }
    const again = await deme(['run', config]);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain('expert-0: taken over from tiny-1');
    // Nothing was trained again but what the checkpoints did not have.
    const steps = [...trainingCurves(await readEvents(runPaths.events(run))).values()].map(
      (curves) => curves.steps.length,
    );
    expect(steps.sort()).toEqual([11, 12]);
  });
});
