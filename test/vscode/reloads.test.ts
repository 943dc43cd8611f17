import {expect, vi} from 'vitest';
import {readEvents} from '../../trainer/store/run/eventLog.ts';
import {currentState} from '../../trainer/store/run/runState.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {runsOf, storyFolder} from './storyFolder.ts';
import {isLong} from '../helpers/longTests.ts';
import {patience, story, Workbench} from './workbench.ts';

/** One expert that trains for longer than all reloads take. */
const config = `name: digits
base: base
data: {kind: mnist}
decouple:
  ranges: 2
  updates: 100000
  batch: 4
  logEvery: 1
  checkpointEvery: 50
engine: {name: wasm}
`;

const waiting = {timeout: patience, interval: 250};

const reloads = isLong ? 10 : 2;

story(`${reloads} reloads during a run`, async () => {
  const folder = await storyFolder({'digits.deme.yaml': config});
  const workbench = await Workbench.open(folder);
  await workbench.openFile('digits.deme.yaml');
  await workbench.lens(/Finetune expert 0/).click();
  await vi.waitFor(async () => expect(await updatesOf(folder)).not.toEqual([]), waiting);
  const [run] = await runsOf(folder);
  if (run === undefined) throw new Error('the lens has started no run');
  const owner = (await currentState(run.path))?.pid;

  for (let reload = 1; reload <= reloads; reload++) {
    const before = (await updatesOf(folder)).length;
    await workbench.reload();
    await workbench.lens(/running \d+ %/).waitFor();
    await vi.waitFor(async () => expect((await updatesOf(folder)).length).toBeGreaterThan(before), waiting);
  }
  expect(await currentState(run.path)).toMatchObject({state: 'running', pid: owner});
  expect(await runsOf(folder)).toHaveLength(1);

  await workbench.lens(/Pause/).click();
  await workbench.lens(/paused at \d+ %/).waitFor();
  await workbench.lens(/Stop/).click();
  await workbench.lens(/stopped at \d+ %/).waitFor();
  // One training without a break: it was never begun again.
  const updates = await updatesOf(folder);
  expect(updates).toEqual(updates.map((_, i) => i + 1));
});

/** The updates that the log of the only run tells, in its order. */
async function updatesOf(folder: string): Promise<number[]> {
  const [run] = await runsOf(folder);
  const events = run === undefined ? [] : await readEvents(runPaths.events(run.path));
  return events.flatMap((event) => (event.type === 'step' ? [event.update] : []));
}
