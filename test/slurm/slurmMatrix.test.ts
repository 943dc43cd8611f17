import {execFile} from 'node:child_process';
import {chmod, chown, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it} from 'vitest';
import {currentState} from '../../trainer/store/run/runState.ts';
import {useCpuBackend} from '../helpers/engine/cpuBackend.ts';
import {builtFile} from '../helpers/machine/deme.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeRandomBase, writeTinyExperiment} from '../helpers/runs/tinyExperiment.ts';
import {isLong, until, useCluster} from './onCluster.ts';
import {hasSlurm, SlurmCluster} from './slurmCluster.ts';

describe.skipIf(!hasSlurm)('many runs on Slurm (skipped where Slurm is not installed)', {timeout: 600_000}, () => {
  useCpuBackend();
  const {cluster, experiment, succeed, ended, jobOf} = useCluster();

  it('submits a matrix of a hundred runs within seconds, with one command for each kind of stage', async () => {
    const values = (count: number) => Array.from({length: count}, (_, i) => i);
    const columns = {
      seed: {setting: 'merge.search.seed', values: values(25)},
      weight: {setting: 'decouple.consistency', values: [0, 1, 2, 3]},
    };
    const {config, folder} = await experiment(3, {
      matrix: {columns},
      launch: {kind: 'slurm', options: {hold: true}, parallel: 8},
    });
    const begun = performance.now();
    const said = await succeed('matrix', config);
    const seconds = (performance.now() - begun) / 1000;
    expect(said).toMatch(/of 100 runs/);
    // Four consistencies of two experts each; one base, whose evaluation all share.
    expect(said).toMatch(/train, 8 tasks/);
    expect(said.match(/^ {2}\d+ /gm)).toHaveLength(5);
    expect(seconds).toBeLessThan(isLong ? 10 : 30);
    expect(await succeed('matrix', config)).toContain('0 of 100 runs are done, 100 are in the queue');
    await cluster().call('scancel', `--user=${process.getuid?.() ?? 0}`);
    expect(await readdir(join(folder, 'tiny-matrix', 'jobs'))).toContain('train.sh');
  });

  it('makes one run of cells with the same settings, and submits it again once it was stopped', async () => {
    const columns = {cell: {choices: {usual: {}, said: {'decouple.seed': 0}}}};
    const {config, folder} = await experiment(3, {matrix: {columns}, launch: {kind: 'slurm', options: {hold: true}}});
    for (const _ of ['at first', 'again']) {
      expect(await succeed('matrix', config)).toMatch(/train, 2 tasks/);
      expect(await readdir(join(folder, '.deme', 'runs'))).toEqual(['tiny-1']);
      await succeed('stop', join(folder, '.deme', 'runs', 'tiny-1'));
    }
  });

  it.runIf(isLong)('makes the table of a matrix whose runs share what they can', async () => {
    const columns = {
      seed: {setting: 'merge.search.seed', values: [0, 1]},
      updates: {setting: 'decouple.updates', values: [3, 4]},
    };
    const {config, folder} = await experiment(3, {matrix: {columns}});
    expect(await succeed('matrix', config)).toMatch(/train, 4 tasks/);
    await until('all are done', async () => (await succeed('matrix', config, '--json')).includes('"rows"'), 400);
    const local = await experiment(3, {matrix: {columns}, launch: undefined});
    await succeed('matrix', local.config);
    const table = async (where: string) => readFile(join(where, 'tiny-matrix', 'matrix.md'), 'utf8');
    const scores = (text: string) => text.split('\n').filter((line) => line.startsWith('|'));
    expect(scores(await table(folder))).toEqual(scores(await table(local.folder)));
  });

  it('shares a node among packed trainings, and the images of a model among jobs', async () => {
    const evaluate = {
      heldOut: {images: 4, timesteps: 1},
      sampling: {steps: 2, batch: 4},
      grid: 4,
      experts: false,
      shards: 2,
      features: 'digits',
      samples: 8,
    };
    const launch = {kind: 'slurm', pack: 2, options: {gres: 'gpu:2'}};
    const data = {kind: 'images', path: 'images', resolution: 28, channels: 1, validation: 8, test: 8};
    const {config, run, folder} = await experiment(30, {launch, evaluate, data, base: 'digits'});
    await writeRandomBase(join(folder, 'digits'), {...tinyUnetConfig, sample_size: 28});
    const said = await succeed('run', config);
    expect(said).toMatch(/sample-merged, 2 tasks/);
    await ended(run);
    expect(await jobOf(run, 'expert-0')).toBe(await jobOf(run, 'expert-1'));
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(!hasSlurm || !isRoot || !isLong)(
  'a run of a user without rights of its own',
  {timeout: 300_000},
  () => {
    useCpuBackend();
    const nobody = 65_534;

    it('goes its way on a cluster that is all of that user', async () => {
      const cluster = await SlurmCluster.start({user: nobody});
      try {
        const folder = await temporaryFolder();
        const config = await writeTinyExperiment(folder, {launch: {kind: 'slurm'}});
        await chmod(folder, 0o755);
        for (const name of ['', ...(await readdir(folder, {recursive: true}))])
          await chown(join(folder, name), nobody, nobody);
        const env = {...process.env, ...cluster.environment, HOME: folder};
        const {stdout} = await promisify(execFile)(process.execPath, [builtFile('cli.js'), 'run', config], {
          env,
          uid: nobody,
          gid: nobody,
          cwd: folder,
        });
        expect(stdout).toContain('Submitted');
        const run = join(folder, '.deme', 'runs', 'tiny-1');
        await until('it is done', async () => (await currentState(run))?.state === 'done');
      } finally {
        await cluster.stop();
      }
    });
  },
);
