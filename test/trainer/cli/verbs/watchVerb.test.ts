import {appendFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {reportVerdict} from '../../../../trainer/contract/overview/reportVerdict.ts';
import {Report} from '../../../../trainer/contract/run/report.ts';
import {readJson} from '../../../../trainer/store/files/jsonFile.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {finishStage, makeRun, setState} from '../../../helpers/runs/runOnDisk.ts';
import {writeShownRun} from '../../../helpers/runs/shownRun.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const line = (event: object) => `${JSON.stringify({time: 1, stage: 'expert-0', ...event})}\n`;
const loss = (update: number) => line({type: 'heldOut', update, loss: 0.5 / update});

describe('deme watch', () => {
  it('shows what was logged before and what comes, until the run ends', async () => {
    const run = await makeRun(await temporaryFolder());
    await setState(run, 'running');
    await appendFile(runPaths.events(run), loss(10));
    let isSeen = false;
    const goOn = async () => {
      await appendFile(runPaths.events(run), loss(20) + line({type: 'stage', state: 'done'}));
      await finishStage(run, 'expert-0');
      await setState(run, 'done');
    };
    const {code, stdout, stderr} = await deme(['watch', run], {
      onStart: ({stdout}) =>
        stdout.on('data', (chunk: Buffer) => {
          if (isSeen || !chunk.includes('after update 10')) return;
          isSeen = true;
          void goOn();
        }),
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/loss 0\.050000 after update 10\n(.*\n)*.*loss 0\.025000 after update 20\n.*done\nDone\./);
  });

  it('says how far the run is, what is left, and that it is paused', async () => {
    const run = await makeRun(await temporaryFolder());
    await setState(run, 'running', {progress: 0.424, left: {seconds: 180, low: 170, high: 190}});
    let said = '';
    const {code} = await deme(['watch', run], {
      onStart: ({stdout}) =>
        stdout.on('data', (chunk: Buffer) => {
          const before = said;
          said += chunk.toString();
          const isNew = (text: string) => said.includes(text) && !before.includes(text);
          if (isNew('The run is at 42 %, 3 min left\n')) void setState(run, 'paused', {progress: 0.424});
          if (isNew('The run is paused at 42 %\n')) void setState(run, 'stopped');
        }),
    });
    expect([code, said.match(/The run is/g)?.length]).toEqual([130, 2]);
  });

  it('ends with the verdict of a run that is done', async () => {
    const shown = {name: 'digits', config: 'digits.deme.yaml', isBare: true};
    const run = await writeShownRun(await temporaryFolder(), shown);
    const verdict = reportVerdict(await readJson(runPaths.reportRecord(run), Report, 'the report')).text;
    const {code, stdout, stderr} = await deme(['watch', run]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`${verdict}\nHeld-out loss (test images):\n`);
    expect(verdict).toMatch(/^Merged is .+ the base by/);
  });

  it('ends with the interrupt, and says that the run goes on', async () => {
    const run = await makeRun(await temporaryFolder());
    await setState(run, 'running');
    await appendFile(runPaths.events(run), loss(10));
    const {code, stderr} = await deme(['watch', run], {
      onStart: (child) => child.stdout.once('data', () => child.kill('SIGINT')),
    });
    expect([code, stderr]).toEqual([130, 'deme: The run digits-1 goes on without being watched.\n']);
  });

  it.each([
    [
      'failed',
      {error: {code: 'diverged', message: 'The loss is not finite.', hint: 'Lower the rate.'}},
      /has failed: The loss is not finite\. Lower the rate\./,
    ],
    ['running', {pid: 2 ** 22 - 1, heartbeat: 0}, /is lost/],
  ] as const)('says how a run ended that is %s', async (state, more, said) => {
    const run = await makeRun(await temporaryFolder());
    await setState(run, state, more);
    const {code, stdout} = await deme(['watch', run]);
    expect(code).toBe(1);
    expect(stdout).toMatch(said);
    expect(stdout).toContain('deme resume digits-1');
  });

  it('refuses a run that has not started', async () => {
    const {code, stderr} = await deme(['watch', await makeRun(await temporaryFolder())]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('has not started')]);
  });
});
