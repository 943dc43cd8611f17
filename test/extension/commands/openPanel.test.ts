import {describe, expect, it, vi} from 'vitest';
import * as vscode from 'vscode';
import {openPanel} from '../../../extension/commands/openPanel.ts';
import {JobQueue} from '../../../extension/runs/jobQueue.ts';
import {configFileOf, type Run} from '../../../extension/runs/run.ts';
import type {Studio} from '../../../extension/studio.ts';
import {memento} from '../../helpers/editor/fakeContext.ts';
import {knownRun} from '../../helpers/runs/knownRun.ts';

/** Runs that are known once they were looked at, and a queue whose one job is started by hand. */
function grow(known: Run[], coming: Run[] = []) {
  let refuse: (error: Error) => void = () => undefined;
  let tellRun: (run: string) => void = () => undefined;
  const host = {
    limit: () => 1,
    activeRuns: () => [],
    start: (_: unknown, onRun: (run: string) => void) => {
      tellRun = onRun;
      return new Promise<never>((_resolve, reject) => (refuse = reject));
    },
  };
  const queue = new JobQueue(host, memento());
  const opened: (string | undefined)[] = [];
  const studio = {
    queue,
    experiments: {node: () => undefined},
    runs: {
      all: () => known,
      get: (path: string) => known.find((run) => run.path === path),
      refreshRun: (path: string) => Promise.resolve(void known.push(...coming.filter((run) => run.path === path))),
    },
    openPanel: (run?: Run) => Promise.resolve(void opened.push(run?.record.id)),
  } as unknown as Studio;
  return {studio, queue, opened, refuse: (error: Error) => refuse(error), tellRun: (run: string) => tellRun(run)};
}

const [before, next] = [knownRun({id: 'digits-1'}), knownRun({id: 'digits-2'})];
const config = vscode.Uri.file(configFileOf(before));
const start = {action: 'start', config: config.fsPath, selection: {kind: 'pipeline'}} as const;

describe('the command that opens the panel of a config', () => {
  it.each([[[]], [[before]]])('waits for the run that is being started, whatever was there before', async (runs) => {
    const {studio, queue, opened, tellRun} = grow([...runs], [next]);
    queue.add('Run digits', start);
    const opening = openPanel(studio, config);
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened).toEqual([]);
    tellRun(next.path);
    await opening;
    expect(opened).toEqual(['digits-2']);
  });

  it('opens nothing where the start comes to nothing', async () => {
    const {studio, queue, opened, refuse} = grow([before]);
    queue.add('Run digits', start);
    const opening = openPanel(studio, config);
    refuse(new Error('no memory'));
    await opening;
    expect(opened).toEqual([]);
  });

  it('opens the newest run of the config while another waits', async () => {
    const {studio, queue, opened} = grow([before]);
    vi.spyOn(queue, 'all').mockReturnValue([{id: 'x', title: 'Run', request: start, state: 'queued', run: null}]);
    await openPanel(studio, config);
    expect(opened).toEqual(['digits-1']);
  });

  it('says so where the config has no runs, also if others have', async () => {
    for (const runs of [[], [before]]) {
      const {studio, opened} = grow(runs);
      await expect(openPanel(studio, vscode.Uri.file('/other.deme.yaml'))).rejects.toMatchObject({code: 'run-missing'});
      expect(opened).toEqual([]);
    }
  });

  it('opens the comparison where nothing is meant and nothing there', async () => {
    const {studio, opened} = grow([]);
    await openPanel(studio);
    expect(opened).toEqual([undefined]);
  });
});
