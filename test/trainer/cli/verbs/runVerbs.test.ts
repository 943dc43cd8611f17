import {access, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {EngineInfo} from '../../../../trainer/contract/engine/engineInfo.ts';
import {ErrorRecord} from '../../../../trainer/contract/errors.ts';
import {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {Report} from '../../../../trainer/contract/run/report.ts';
import {stagePeaks} from '../../../../trainer/contract/run/stagePeaks.ts';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {openRun} from '../../../../trainer/store/run/runFolder.ts';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const Begun = z.strictObject({run: z.string(), id: z.string(), engine: EngineInfo.omit({reason: true})});

/** What a run prints with `--json`: where it is, then its events. */
function parseLines(stdout: string) {
  const [first = '', ...rest] = stdout.trimEnd().split('\n');
  return {begun: Begun.parse(JSON.parse(first)), events: rest.map((line) => RunEvent.parse(JSON.parse(line)))};
}

const stages = ['expert-0', 'expert-1', 'search', 'merge', 'report'];

describe('deme run', {timeout: 300_000}, () => {
  useCpuBackend();

  it('carries out the pipeline, and skips all of it when resumed', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder, {report: 'report'});
    const first = await deme(['run', config, '--json']);
    expect(first.code, first.stderr).toBe(0);
    const {begun, events} = parseLines(first.stdout);
    expect(begun).toMatchObject({id: 'tiny-1', engine: {name: 'wasm', device: 'CPU'}});
    const done = events.flatMap((event) => (event.type === 'stage' && event.state === 'done' ? [event.stage] : []));
    expect(done).toEqual(expect.arrayContaining(stages));
    expect(await currentState(begun.run)).toMatchObject({state: 'done', progress: 1});
    const peaks = stagePeaks(events);
    expect([...peaks.keys()].toSorted()).toEqual(done.toSorted());
    // Node and the engine alone.
    for (const [stage, {host}] of peaks) expect(host, stage).toBeGreaterThan(3e7);
    await checkReport(join(folder, 'report', 'report.json'));

    const merged = await readModelFolder(join(begun.run, 'models', 'merged'));
    const hash = await merged.weightsHash();
    const again = await deme(['run', config, '--json', '--resume', 'tiny-1']);
    expect(again.code, again.stderr).toBe(0);
    const repeated = parseLines(again.stdout).events;
    expect(repeated.flatMap((event) => (event.type === 'stage' ? [event.state] : []))).toEqual(
      new Array(done.length).fill('skipped'),
    );
    expect(await (await readModelFolder(merged.path)).weightsHash()).toBe(hash);
  });

  it('goes on only with the config and the engine that the run began with', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder, {evaluate: undefined, merge: undefined});
    expect((await deme(['finetune', config, '--range', '0'])).code).toBe(0);
    const resume = ['finetune', config, '--resume', 'tiny-1'];
    const other = await deme([...resume, '--engine', 'tensorflow']);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('started with the engine wasm');
    await writeFile(config, (await readFile(config, 'utf8')).replace('"updates": 3', '"updates": 4'));
    const changed = await deme(resume);
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain('decouple changed');
  });

  it('records the engine, and warns where another version of it goes on', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder, {evaluate: undefined, merge: undefined});
    const first = await deme(['finetune', config, '--range', '0']);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^Peak memory of a process: 0\.\d\d GB \(expert 0\)$/m);
    expect(first.stdout).not.toContain('warning');
    const {path, record} = await openRun(join(folder, '.deme', 'runs', 'tiny-1'));
    const {version, ...engine} = record.engine;
    expect(engine).toEqual({name: 'wasm', device: 'CPU', threads: 1});
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    await writeFile(join(path, 'run.json'), JSON.stringify({...record, engine: {...record.engine, version: '0.0.1'}}));
    const second = await deme(['finetune', config, '--range', '1', '--resume', 'tiny-1']);
    expect(second.code, second.stderr).toBe(0);
    const change = `begun with wasm 0.0.1 on the CPU with 1 thread and goes on with wasm ${version}`;
    expect(second.stdout).toContain(`expert-1: warning: the run was ${change}`);
  });

  it('refuses a training that needs more memory than it may have, before it makes a run', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder, {engine: {name: 'wasm', memory: 0.05}});
    const {code, stdout} = await deme(['run', config, '--json']);
    expect(code).toBe(2);
    const {error} = z.object({error: ErrorRecord}).parse(JSON.parse(stdout));
    expect(error.code).toBe('memory-insufficient');
    expect(error.message).toMatch(
      /on wasm needs about 0\.\d\d GB: .* activations of 4 images of 8x8, .* but there are 0\.05 GB\./,
    );
    await expect(access(join(folder, '.deme'))).rejects.toThrow('ENOENT');
  });

  it('names the stage that a verb lacks before it makes a run', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder);
    const {code, stderr} = await deme(['search', config]);
    expect(code).toBe(2);
    expect(stderr).toContain('The stage search needs expert-0, expert-1, not done in this run.');
    await expect(access(join(folder, '.deme'))).rejects.toThrow('ENOENT');
  });

  it('ends with the error of the stage that failed', async () => {
    const folder = await temporaryFolder();
    const config = await writeTinyExperiment(folder);
    for (const image of await readdir(join(folder, 'images'))) await writeFile(join(folder, 'images', image), 'broken');
    const {code, stderr} = await deme(['run', config]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^deme: .*images.*\.png/);
    const run = join(folder, '.deme', 'runs', 'tiny-1');
    expect(await currentState(run)).toMatchObject({state: 'failed'});
    expect((await deme(['pause', run])).stderr).toContain('has failed');
  });
});

describe('deme merge CONFIG', () => {
  useCpuBackend();

  it('merges experts that exist, with weights of the config and without data', async () => {
    const folder = await temporaryFolder();
    await writeTinyExperiment(folder);
    const config = join(folder, 'merge.deme.yaml');
    const experts = [{model: 'base', range: [0, 1000]}];
    const settings = {name: 'only', base: 'base', experts, merge: {weights: [0.5]}, engine: {name: 'wasm'}};
    await writeFile(config, JSON.stringify(settings));
    const {code, stdout, stderr} = await deme(['merge', config], {cwd: folder});
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('merged: .deme/runs/only-1/models/merged\n');
    const merged = await readModelFolder(join(folder, '.deme/runs/only-1/models/merged'));
    expect(merged.record).toMatchObject({role: 'merged', projection: 'off'});
    // base + 0.5 (base - base)
    const [made, base] = [
      await merged.openWeights(),
      await (await readModelFolder(join(folder, 'base'))).openWeights(),
    ];
    expect([...made.shapes]).toEqual([...base.shapes]);
    for (const name of base.shapes.keys()) expect(await made.readBytes(name), name).toEqual(await base.readBytes(name));
    expect(made.metadata.get('deme.merge')).toContain('"weight":0.5');
    await Promise.all([made.close(), base.close()]);
  });
});

async function checkReport(file: string): Promise<void> {
  const report = Report.parse(JSON.parse(await readFile(file, 'utf8')));
  const models = ['base', 'expert-0', 'expert-1', 'ensemble', 'merged'];
  expect(Object.keys(report.heldOut).toSorted()).toEqual(models.toSorted());
  expect(report.heldOut.base?.differenceToBase).toEqual({mean: 0, standardError: 0});
  expect(report.heldOut.merged?.perRange.map(({range}) => range)).toEqual([
    [0, 500],
    [500, 1000],
  ]);
  expect(report.weights).toEqual(report.search?.best.weights);
  expect(report.weights).toHaveLength(2);
  expect(report).toMatchObject({frechet: {}, kid: {}, engine: {name: 'wasm'}});
  expect(Object.keys(report.stageSeconds)).toEqual(expect.arrayContaining(stages.slice(0, 4)));
  expect(Object.keys(report.peakMemory)).toEqual(expect.arrayContaining(stages.slice(0, 4)));
  expect(report.seconds).toBeGreaterThan(report.stageSeconds['expert-0'] ?? Infinity);
  expect(report.recipe).toMatchObject({models, features: 'none', sampling: {steps: 2, seed: 0}});
}
