import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {killTree} from '../../../../trainer/launch/killTree.ts';
import {currentState} from '../../../../trainer/store/run/runState.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {isLong} from '../../../helpers/longTests.ts';
import {mergedHash, undisturbedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';
import {whenLocked} from '../../../helpers/machine/whenLocked.ts';

async function experiment() {
  const folder = await temporaryFolder();
  const config = await writeTinyExperiment(folder, {evaluate: undefined});
  return {folder, config, runs: join(folder, '.deme', 'runs'), run: join(folder, '.deme', 'runs', 'tiny-1')};
}

const undisturbed = undisturbedHash(experiment);

describe('a run', {timeout: 300_000}, () => {
  useCpuBackend();
  it.each(isLong ? ['search', 'merge'] : ['search'])(
    'that is killed with all its processes in %s is resumed to the same bytes',
    async (stage) => {
      const {config, run} = await experiment();
      let killed: Promise<void> | undefined;
      await deme(['run', config], {onStart: ({pid}) => void (killed = whenLocked(run, stage, () => killTree(pid)))});
      await killed;
      expect(await currentState(run)).toMatchObject({state: 'lost'});
      const resumed = await deme(['resume', run]);
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(await mergedHash(run)).toBe(await undisturbed());
    },
  );

  it('keeps the config that it was started with when the file is changed meanwhile', async () => {
    const {config, run} = await experiment();
    const text = await readFile(config, 'utf8');
    const changed = whenLocked(run, 'expert-0', () => writeFile(config, text.replace('"updates": 3', '"updates": 9')));
    expect((await deme(['run', config])).code).toBe(0);
    await changed;
    expect(await mergedHash(run)).toBe(await undisturbed());
  });

  it('may lie behind a link', async () => {
    const {folder, config, runs} = await experiment();
    const elsewhere = join(await temporaryFolder(), 'runs');
    await mkdir(elsewhere);
    await mkdir(join(folder, '.deme'), {recursive: true});
    await symlink(elsewhere, runs);
    expect((await deme(['finetune', config])).code).toBe(0);
    const link = join(folder, 'link');
    await symlink(join(elsewhere, 'tiny-1'), link);
    const done = await deme(['merge', config, '--resume', link]);
    expect(done.code, done.stderr).toBe(0);
    expect(await mergedHash(join(elsewhere, 'tiny-1'))).toBe(await undisturbed());
  });
});
