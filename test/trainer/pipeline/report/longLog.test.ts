import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readTrainingCurves} from '../../../../trainer/pipeline/report/trainingCurves.ts';
import {readStagePeaks} from '../../../../trainer/pipeline/resources/readStagePeaks.ts';
import {eventPieces} from '../../../../trainer/store/run/eventPieces.ts';
import {writeLongLog} from '../../../bench/runs/manyRuns.ts';
import {replaceByPipes} from '../../../helpers/runs/oddRuns.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** 45 MB; `npm run bench:runs` does the same with 2.5 million events and weighs the memory. */
const events = 160_000;

describe('a long event log', () => {
  it('is read in pieces of a quarter of a megabyte, into curves of bounded length', async () => {
    const run = await temporaryFolder();
    await writeLongLog(run, events);
    let [before, steps, count] = [0, 0, 0];
    for await (const piece of eventPieces(join(run, 'events.jsonl'))) {
      expect(piece.end - before).toBeLessThanOrEqual(2 ** 18);
      before = piece.end;
      count += piece.events.length;
      steps += piece.events.filter(({type}) => type === 'step').length;
    }
    expect(count).toBe(events + 1);
    const curves = await readTrainingCurves(run);
    const lengths = [...curves.values()].map((curve) => curve.steps.length);
    expect(lengths).toHaveLength(4);
    for (const length of lengths) {
      expect(length).toBeLessThanOrEqual(2 ** 15 + 1);
      expect(length, 'finer than a chart has pixels').toBeGreaterThan(2 ** 14);
    }
    expect(steps / 4).toBeGreaterThan(2 ** 15);
    expect(curves.get('expert-0')?.steps.at(-1)?.update).toBeGreaterThan(events / 4 - 4);
    expect([...(await readStagePeaks(run))]).toEqual([['expert-0', {host: 2 ** 30}]]);
  });

  it('is none where a pipe lies in its place', async () => {
    const run = await temporaryFolder();
    await replaceByPipes(run, ['events.jsonl']);
    await expect(readTrainingCurves(run)).rejects.toMatchObject({code: 'file-odd'});
    await expect(readStagePeaks(run)).rejects.toMatchObject({code: 'file-odd'});
  });
});
