import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {builtFile, deme} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {killNine, leftovers, workersOf} from '../../../torture/victims.ts';

describe('a run whose processes are all gone', {timeout: 300_000}, () => {
  useCpuBackend();

  it('is gone on with by one of two that try at once', async () => {
    const cwd = await temporaryFolder();
    const decouple = {ranges: 2, updates: 60, batch: 4, logEvery: 1, bucketEvery: 50, checkpointEvery: 5};
    await writeTinyExperiment(cwd, {decouple, evaluate: undefined, merge: {weights: [0.5, 0.75]}});
    const run = join(cwd, '.deme', 'runs', 'tiny-1');
    const first = spawn(process.execPath, [builtFile('cli.js'), 'run', 'tiny.deme.yaml'], {cwd, stdio: 'ignore'});
    const over = once(first, 'close');
    await expect.poll(async () => (await workersOf(run)).stages.length, {timeout: 60_000}).toBeGreaterThan(0);
    const {owner, stages} = await workersOf(run);
    [owner ?? NaN, ...stages].forEach(killNine);
    await over;
    expect(await currentState(run)).toMatchObject({state: 'lost'});

    const answers = await Promise.all([1, 2].map(() => deme(['resume', '--all'], {cwd})));
    const turnedAway = answers.filter(({code, stdout, stderr}) =>
      code === 0
        ? stdout.includes('No run in') // Looked after the other had begun.
        : code === 2 && /Process \d+ is running this already\./.test(stderr),
    );
    expect(turnedAway, JSON.stringify(answers)).toHaveLength(1);
    expect(answers.find((answer) => !turnedAway.includes(answer))).toMatchObject({code: 0});
    expect(await currentState(run)).toMatchObject({state: 'done'});
    expect(await leftovers(run)).toEqual([]);
  });
});
