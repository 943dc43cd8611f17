import {describe, expect, it} from 'vitest';
import {endRun} from '../../../../trainer/store/run/endRun.ts';
import {ownIdentity} from '../../../../trainer/store/run/processIdentity.ts';
import {readControl, writeState} from '../../../../trainer/store/run/runState.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** A run that this process seems to own and that never reacts. */
async function stubbornRun(): Promise<string> {
  const run = await temporaryFolder();
  await writeState(run, {state: 'running', ...(await ownIdentity()), heartbeat: 0, stage: 'expert-0', progress: 0.5});
  return run;
}

describe('the end of a run', () => {
  it('is brought about after the grace time of a steady clock', async () => {
    const run = await stubbornRun();
    let seconds = 0;
    const killed: [number, number][] = [];
    const kill = (pid: number) => Promise.resolve(void killed.push([pid, seconds]));
    expect(await endRun(run, 2, kill, () => 1000 * seconds++)).toBe('killed');
    // Asked for the time at 0, and looked at 1 and at 2.
    expect(killed).toEqual([[process.pid, 3]]);
    expect(await readControl(run)).toBe('kill');
  });

  it('is not brought about on another machine, where its number is that of somebody else', async () => {
    const run = await stubbornRun();
    const heartbeat = Date.now() / 1000;
    const state = {state: 'running', heartbeat, stage: '', progress: 0} as const;
    await writeState(run, {...state, ...(await ownIdentity()), host: 'another-machine'});
    const kill = () => expect.fail('a process of this machine is none of theirs');
    await expect(endRun(run, 0, kill)).rejects.toMatchObject({
      code: 'run-elsewhere',
      message: `Process ${process.pid} on another-machine owns the run and does not react.`,
    });
  });

  it('is left to an owner that ends meanwhile', async () => {
    const run = await stubbornRun();
    const kill = () => expect.fail('nobody is left to be killed');
    const ending = endRun(run, 1000, kill);
    await expect.poll(() => readControl(run)).toBe('kill');
    await writeState(run, {state: 'stopped', ...(await ownIdentity()), heartbeat: 0, stage: '', progress: 0.5});
    expect(await ending).toBe('asked');
  });
});
