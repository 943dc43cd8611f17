import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {NewRunEvent} from '../../../../trainer/contract/run/events.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {metricsAreWhole} from '../../../../trainer/store/metrics/metricsCheck.ts';
import {RunJournal} from '../../../../trainer/store/run/runJournal.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {fillDisk, mountsSmallDisks, smallDisk} from '../../../helpers/machine/smallDisk.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

function step(update: number, stage = 'expert-0'): NewRunEvent {
  const measured = {losses: {denoise: 1 / update, consistency: 0}, gradientNorm: 1};
  return {type: 'step', stage, update, updates: 400, ...measured, learningRate: 1e-4, secondsPerUpdate: 0.1};
}

const stepsOf = async (run: string, stage = 'expert-0') =>
  (await readEvents(runPaths.events(run))).flatMap((event) =>
    event.type === 'step' && event.stage === stage ? [event.update] : [],
  );

const numbers = (count: number) => Array.from({length: count}, (_, i) => i + 1);

describe('the journal of a run', () => {
  it('has every event in the log and in the metrics, and goes on where it was', async () => {
    const run = await temporaryFolder();
    for (const updates of [numbers(20), numbers(40).slice(20)]) {
      const journal = await RunJournal.open(run);
      updates.forEach((update) => journal.append(step(update)));
      journal.close();
    }
    expect(await stepsOf(run)).toEqual(numbers(40));
    expect(await metricsAreWhole(run)).toBe(true);
  });

  it('takes the numbers of one stage over from another run, with their times', async () => {
    const [from, to] = [await temporaryFolder(), await temporaryFolder()];
    const source = await RunJournal.open(from);
    for (const update of numbers(3)) {
      source.append(step(update));
      source.append(step(update, 'expert-1'));
    }
    source.append({type: 'stage', stage: 'expert-0', state: 'done'});
    source.close();
    const journal = await RunJournal.open(to);
    await journal.adoptStage(from, 'expert-0');
    journal.close();
    const own = (await readEvents(runPaths.events(from))).filter(
      ({stage, type}) => stage === 'expert-0' && type === 'step',
    );
    expect(await readEvents(runPaths.events(to))).toEqual(own);
    expect(await metricsAreWhole(to)).toBe(true);
  });

  it.runIf(mountsSmallDisks)('loses nothing on a full disk, whenever it fills up and for however long', async () => {
    const disk = smallDisk(2 ** 20);
    const run = join(disk, 'run');
    await mkdir(run);
    const journal = await RunJournal.open(run);
    let update = 0;
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 37; i++) journal.append(step(++update));
      expect(await journal.catchUp()).toBe(true);
      const makeRoom = await fillDisk(disk);
      for (let i = 0; i < 43; i++) journal.append(step(++update));
      expect(await journal.catchUp()).toBe(false);
      expect(journal.waiting).toBeGreaterThan(0);
      expect((await readFile(runPaths.events(run), 'utf8')).endsWith('\n')).toBe(true);
      await makeRoom();
    }
    expect(await journal.catchUp()).toBe(true);
    journal.append(step(401));
    journal.close();
    expect(await stepsOf(run)).toEqual(numbers(401));
    expect(await metricsAreWhole(run)).toBe(true);
  });
});
