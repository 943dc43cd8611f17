import {cp, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {StageOutbox} from '../../../../trainer/pipeline/stages/stageOutbox.ts';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const fixture = new URL('../../../fixtures/runs/event-log-1/', import.meta.url).pathname;
const kept = join(fixture, 'checkpoints', 'expert-0', '000000003', 'events.jsonl');

/** A run whose log has the lines of the fixture that pass. */
async function runWith(isLogged: (line: string) => boolean): Promise<string> {
  const run = join(await temporaryFolder(), 'tiny-1');
  await mkdir(run);
  const lines = (await readFile(runPaths.events(fixture), 'utf8')).trimEnd().split('\n').filter(isLogged);
  await writeFile(runPaths.events(run), lines.map((line) => `${line}\n`).join(''));
  return run;
}

async function resend(run: string): Promise<RunEvent[]> {
  const sent: RunEvent[] = [];
  await new StageOutbox(run, (event) => void sent.push(event)).resend(await readEvents(kept));
  return sent;
}

describe('events that a checkpoint of an older build has kept', () => {
  it('are not sent again where the log has them, in the older format too', async () => {
    expect(await resend(await runWith(() => true))).toEqual([]);
  });

  it('are not sent again where they are in the log of the stage by itself', async () => {
    const run = await runWith(() => false);
    await mkdir(runPaths.stages(run));
    await cp(runPaths.events(fixture), runPaths.singleEvents(run, 'expert-0'));
    expect(await resend(run)).toEqual([]);
  });

  it('are sent again, in the format of today, where the log lacks them', async () => {
    const lacking = (line: string) =>
      !line.includes('"stage":"expert-0","update":3,') && !line.includes('"type":"buckets"');
    const sent = await resend(await runWith(lacking));
    expect(sent.map((event) => [event.type, 'losses' in event && Object.keys(event.losses)])).toEqual([
      ['step', ['denoise', 'consistency']],
      ['buckets', ['denoise', 'consistency']],
    ]);
    expect(sent[0]).toMatchObject({
      update: 3,
      losses: {denoise: 1.0013078600168228, consistency: 0.00003579991812330263},
    });
  });

  it('are all sent where there is no log', async () => {
    const run = await temporaryFolder();
    expect(await resend(run)).toEqual(await readEvents(kept));
  });
});
