import {appendFile, chmod, mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Log} from '../../../extension/log.ts';
import {Runs} from '../../../extension/runs/runs.ts';
import {asOtherUser} from '../../helpers/machine/otherUser.ts';
import {stepEvent} from '../../helpers/runs/knownRun.ts';
import {oddRuns, replaceByPipes} from '../../helpers/runs/oddRuns.ts';
import {makeRun, setState} from '../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const patient = {timeout: 20_000};

async function follow() {
  const folder = await temporaryFolder();
  const said: string[] = [];
  const quiet = () => undefined;
  const note = (text: string) => void said.push(text);
  const log: Log = {debug: quiet, info: quiet, show: quiet, error: note, warn: note};
  const runs = new Runs(log);
  onTestFinished(() => runs.dispose());
  return {folder, output: join(folder, '.deme', 'runs'), runs, said};
}

describe('a run that cannot be read', () => {
  it.each(Object.entries(oddRuns))('hides no other, and is told once: %s', async (name, make) => {
    const {folder, output, runs, said} = await follow();
    const good = await makeRun(folder);
    await make(join(output, name), good);
    await chmod(folder, 0o755);
    await asOtherUser(async () => {
      await runs.setOutputs([output]);
      await runs.refresh();
    });
    expect(runs.all().map(({path}) => path)).toEqual([good]);
    expect([...runs.unreadable().keys()]).toEqual([join(output, name)]);
    expect(said).toHaveLength(1);

    // The timer goes on: a run that comes later is seen.
    const later = await makeRun(folder);
    await vi.waitFor(() => expect(runs.get(later)).toBeDefined(), patient);
    await rm(join(output, name), {recursive: true, force: true});
    await runs.refresh();
    expect(runs.unreadable().size).toBe(0);
  });

  it('is an output folder that is a file, and hides no other output', async () => {
    const {folder, output, runs, said} = await follow();
    const good = await makeRun(folder);
    await writeFile(join(folder, 'file'), '');
    await runs.setOutputs([join(folder, 'file'), output]);
    await runs.refresh();
    expect(runs.all().map(({path}) => path)).toEqual([good]);
    expect(runs.unreadable().get(join(folder, 'file'))).toContain('file where a folder should be');
    expect(said).toHaveLength(1);
  });
});

describe('a run with files that cannot be read', () => {
  it.each(['events.jsonl', 'plan.json', 'report/report.json', 'notes.json', 'stages'])(
    'is shown without them, until they can: a pipe as %s',
    async (file) => {
      const {folder, output, runs} = await follow();
      const path = await makeRun(folder);
      await setState(path, 'running');
      await replaceByPipes(path, [file]);
      await runs.setOutputs([output]);
      expect(runs.get(path)).toMatchObject({state: {state: 'running'}});
      expect(runs.get(path)?.problem).toContain(join(path, file));
      await rm(join(path, file));
      await runs.refresh();
      expect(runs.get(path)?.problem).toBeNull();
    },
  );

  it('is followed where state and control are pipes', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await replaceByPipes(path, ['state.json', 'control.json', 'owner.lock']);
    await runs.setOutputs([output]);
    expect(runs.get(path)?.state).toMatchObject({state: 'lost', error: {code: 'file-odd'}});
    await setState(path, 'running');
    await vi.waitFor(() => expect(runs.get(path)?.state?.state).toBe('running'), patient);
  });

  it('has its events where other files are folders', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await setState(path, 'running');
    await mkdir(join(path, 'report', 'report.json'), {recursive: true});
    await mkdir(join(path, 'notes.json'));
    await appendFile(join(path, 'events.jsonl'), `${JSON.stringify(stepEvent(3))}\n`);
    await runs.setOutputs([output]);
    expect(runs.get(path)?.progress.stages.get('expert-0')?.update).toBe(3);
    expect(runs.get(path)?.problem).toContain('report.json');
  });
});
