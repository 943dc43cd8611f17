import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {Report} from '../../../trainer/contract/run/report.ts';
import {fileExists} from '../../../trainer/store/files/fileExists.ts';
import {readEvents} from '../../../trainer/store/run/eventLog.ts';
import {takeLock} from '../../../trainer/store/run/processLock.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../helpers/runs/tinyExperiment.ts';

/** A run of which expert 0 is done, and nothing else. */
async function begunRun(updates = 3) {
  const folder = await temporaryFolder();
  const decouple = {ranges: 2, updates, batch: 4, logEvery: 1, bucketEvery: 50, checkpointEvery: 10_000};
  const config = await writeTinyExperiment(folder, {decouple});
  expect((await deme(['finetune', config, '--range', '0'])).code).toBe(0);
  return {config, run: join(folder, '.deme', 'runs', 'tiny-1'), output: join(folder, '.deme', 'runs')};
}

const hashOf = async (run: string, model: string) => (await readModelFolder(runPaths.model(run, model))).weightsHash();

describe('deme stage', {timeout: 300_000}, () => {
  useCpuBackend();

  it('runs the stages of a run one by one, to what the whole pipeline makes, and a later run takes them over', async () => {
    const {config, run, output} = await begunRun();
    const single = async (name: string) => {
      const {code, stderr} = await deme(['stage', run, name]);
      expect(code, stderr).toBe(0);
    };
    expect(await deme(['stage', run, 'merge'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs search') as string,
    });
    expect(await deme(['stage', run, 'expert-7'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no stage expert-7') as string,
    });
    await Promise.all([single('expert-1'), single('evaluate-base')]);
    await single('expert-1'); // It is done, and stays so.
    for (const name of ['search', 'merge', 'evaluate-expert-0', 'evaluate-expert-1']) await single(name);
    for (const name of ['evaluate-ensemble', 'evaluate-merged', 'report']) await single(name);

    const report = Report.parse(JSON.parse(await readFile(runPaths.reportRecord(run), 'utf8')));
    expect(Object.keys(report.peakMemory)).toEqual(expect.arrayContaining(['expert-0', 'expert-1', 'evaluate-merged']));

    const whole = await deme(['run', config]);
    expect(whole.code, whole.stderr).toBe(0);
    for (const name of ['expert-0', 'expert-1', 'search', 'merge', 'evaluate-merged']) {
      expect(whole.stdout).toContain(`${name}: taken over from tiny-1`);
    }
    const {evaluate: _, ...unmeasured} = JSON.parse(await readFile(config, 'utf8')) as Record<string, unknown>;
    await writeFile(config, JSON.stringify(unmeasured));
    const fresh = await deme(['run', config, '--fresh']);
    expect(fresh.code, fresh.stderr).toBe(0);
    expect(await hashOf(run, 'merged')).toBe(await hashOf(join(output, 'tiny-3'), 'merged'));
  });

  it('writes a checkpoint when it is asked to stop, and resumes from there; an owner adds its events to those of the run', async () => {
    const {config, run} = await begunRun(80);
    const stopped = await deme(['stage', run, 'expert-1', '--json'], {
      onStart: (child) =>
        child.stdout.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('"update":2,')) child.kill('SIGTERM');
        }),
    });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(await fileExists(runPaths.stage(run, 'expert-1'))).toBe(false);
    const log = runPaths.singleEvents(run, 'expert-1');
    expect((await readEvents(log)).at(-1)).toMatchObject({type: 'stopped', stage: 'expert-1'});
    expect((await deme(['stage', run, 'expert-1'])).code).toBe(0);
    const updates = (await readEvents(log)).flatMap((event) => (event.type === 'step' ? [event.update] : []));
    expect(updates).toEqual(Array.from({length: 80}, (_, i) => i + 1));

    const owned = await deme(['finetune', config, '--resume', run]);
    expect(owned.code, owned.stderr).toBe(0);
    expect(await fileExists(log)).toBe(false);
    const steps = (await readEvents(runPaths.events(run))).filter(
      ({type, stage}) => type === 'step' && stage === 'expert-1',
    );
    expect(steps).toHaveLength(80);
    expect((await readdir(runPaths.stages(run))).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('leaves a stage alone that somebody else runs, by itself or as the owner of the run', async () => {
    const {config, run} = await begunRun();
    const busy = {code: 2, stderr: expect.stringContaining(`Process ${process.pid} is running this already`) as string};
    for (const path of [runPaths.singleLock(run, 'expert-1'), runPaths.ownerLock(run)]) {
      const lock = await takeLock(path);
      if (!lock.held) throw new Error('the lock is free');
      expect(await deme(['stage', run, 'expert-1'])).toMatchObject(busy);
      expect(await deme(['finetune', config, '--resume', run])).toMatchObject(busy);
      await lock.release();
    }
    expect((await deme(['stage', run, 'expert-1'])).code).toBe(0);
  });
});
