import {appendFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Log} from '../../../extension/log.ts';
import type {Run} from '../../../extension/runs/run.ts';
import {Runs} from '../../../extension/runs/runs.ts';
import {writeNotes} from '../../../trainer/store/run/runNotes.ts';
import {requestControl} from '../../../trainer/store/run/runState.ts';
import {knownReport, stepEvent} from '../../helpers/runs/knownRun.ts';
import {finishStage, makeRun, setState} from '../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** Follows the runs of a new folder; `warnings` is what was logged. */
async function follow() {
  const folder = await temporaryFolder();
  const output = join(folder, '.deme', 'runs');
  const warnings: string[] = [];
  const quiet = () => undefined;
  const log: Log = {
    debug: quiet,
    info: quiet,
    error: quiet,
    show: quiet,
    warn: (text: string) => void warnings.push(text),
  };
  const runs = new Runs(log);
  onTestFinished(() => runs.dispose());
  const changes: Run[] = [];
  runs.onDidChange((run) => changes.push(run));
  return {folder, output, runs, changes, warnings};
}

/** The machine may be busy. */
const patient = {timeout: 20_000};

describe('the known runs', () => {
  it('are those in the output folders, oldest first', async () => {
    const {folder, output, runs} = await follow();
    await runs.setOutputs([output, join(folder, 'nowhere')]);
    expect(runs.all()).toEqual([]);
    const paths = [await makeRun(folder), await makeRun(folder)];
    await runs.refresh();
    expect(runs.all().map(({path}) => path)).toEqual(paths);
    expect(runs.get(paths[1] ?? '')?.record.id).toBe('digits-2');
  });

  it('are followed while they are carried out, whoever does so', async () => {
    const {folder, output, runs, changes} = await follow();
    const path = await makeRun(folder);
    await finishStage(path, 'expert-1');
    await setState(path, 'running');
    await runs.setOutputs([output]);
    expect(runs.get(path)).toMatchObject({state: {state: 'running', progress: 0.5}, timesteps: null});
    expect([...(runs.get(path)?.progress.stages.keys() ?? [])]).toEqual(['expert-0', 'merge', 'expert-1']);

    await appendFile(join(path, 'events.jsonl'), `${JSON.stringify(stepEvent(30))}\n`);
    await vi.waitFor(() => expect(runs.get(path)?.progress.stages.get('expert-0')?.update).toBe(30), patient);
    expect(changes.at(-1)?.path).toBe(path);
    await setState(path, 'done', {progress: 1});
    await vi.waitFor(() => expect(runs.get(path)?.state?.state).toBe('done'), patient);
  });

  it('are found although the clock was set back an hour', async () => {
    const {folder, output, runs} = await follow();
    await runs.setOutputs([output]);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    onTestFinished(() => void vi.restoreAllMocks());
    const path = await makeRun(folder);
    await vi.waitFor(() => expect(runs.get(path)).toBeDefined(), patient);
  });

  it('are found again after a reload as they are, from the folder alone', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await setState(path, 'paused');
    const events = [1, 2, 3].map((update) => `${JSON.stringify(stepEvent(update))}\n`);
    await appendFile(join(path, 'events.jsonl'), events.join(''));
    await writeFile(join(path, 'notes.json'), JSON.stringify({tags: ['good'], note: 'first'}));
    await runs.setOutputs([output]);
    expect(runs.get(path)).toMatchObject({state: {state: 'paused'}, notes: {tags: ['good'], note: 'first'}});
    expect(runs.get(path)?.progress.stages.get('expert-0')).toMatchObject({update: 3, state: 'running'});
  });

  it('are lost when their process is gone, or stopped when that was wanted', async () => {
    const {folder, output, runs} = await follow();
    const [lost, killed] = [await makeRun(folder), await makeRun(folder)];
    for (const path of [lost, killed]) await setState(path, 'running', {pid: 2 ** 22 + 1});
    await requestControl(killed, 'kill');
    await runs.setOutputs([output]);
    expect([lost, killed].map((path) => runs.get(path)?.state?.state)).toEqual(['lost', 'stopped']);
  });

  it('tell what is written about them, and their results', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await runs.setOutputs([output]);
    await writeNotes(path, {tags: ['a', 'b'], note: 'n'});
    await runs.refresh();
    expect(runs.get(path)?.notes).toEqual({format: 1, tags: ['a', 'b'], note: 'n'});
    expect(runs.get(path)?.report).toBeNull();
  });

  it('stay in sight while they are carried out, also when no config names their folder any more', async () => {
    const {folder, output, runs} = await follow();
    const [active, done] = [await makeRun(folder), await makeRun(folder)];
    await setState(active, 'running');
    await setState(done, 'done', {progress: 1});
    await runs.setOutputs([output]);
    await runs.setOutputs([join(folder, 'elsewhere')]);
    expect(runs.all().map(({path}) => path)).toContain(active);
    await setState(active, 'done', {progress: 1});
    await runs.refresh();
    await runs.refresh();
    expect(runs.all()).toEqual([]);
  });

  it('forget those that are deleted', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await runs.setOutputs([output]);
    let lists = 0;
    runs.onDidChangeList(() => lists++);
    await rm(path, {recursive: true});
    await runs.refresh();
    expect([runs.all(), lists]).toEqual([[], 1]);
  });

  it('hide none for one that cannot be read, and say once what is wrong', async () => {
    const {folder, output, runs, warnings} = await follow();
    const [bad, good] = [await makeRun(folder), await makeRun(folder)];
    await writeFile(join(bad, 'run.json'), '{"format": 9');
    await runs.setOutputs([output]);
    await runs.refresh();
    expect(runs.all().map(({path}) => path)).toEqual([good]);
    expect(runs.unreadable().get(bad)).toContain('not valid JSON');
    expect(warnings).toHaveLength(1);
    await rm(bad, {recursive: true});
    await runs.refresh();
    expect(runs.unreadable().size).toBe(0);
  });

  it('go on behind garbage in the event log', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await setState(path, 'running');
    await runs.setOutputs([output]);
    await appendFile(join(path, 'events.jsonl'), `garbage\n${JSON.stringify(stepEvent(8))}\n{"type":"st`);
    await vi.waitFor(() => expect(runs.get(path)?.progress.stages.get('expert-0')?.update).toBe(8), patient);
    expect(runs.get(path)?.problem).toContain('a line is no event: garbage');
  });

  it('keep up with a log that is flooded', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await setState(path, 'running');
    await runs.setOutputs([output]);
    const lines = Array.from({length: 50_000}, (_, i) => `${JSON.stringify(stepEvent(i + 1, {updates: 50_000}))}\n`);
    await appendFile(join(path, 'events.jsonl'), lines.join(''));
    await vi.waitFor(() => expect(runs.get(path)?.progress.stages.get('expert-0')?.update).toBe(50_000), patient);
  });

  it('have the report of a run that is done', async () => {
    const {folder, output, runs} = await follow();
    const path = await makeRun(folder);
    await setState(path, 'done', {progress: 1});
    const {mkdir} = await import('node:fs/promises');
    await mkdir(join(path, 'report'));
    await writeFile(join(path, 'report', 'report.json'), JSON.stringify(knownReport(0.02, 0.019)));
    await runs.setOutputs([output]);
    expect(runs.get(path)?.report?.heldOut.merged?.mean).toBe(0.019);
  });
});
