import {mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {launcherCommands} from '../../../extension/commands/launcherCommands.ts';
import type {Run} from '../../../extension/runs/run.ts';
import type {Studio} from '../../../extension/studio.ts';
import type {ExperimentNode} from '../../../extension/views/experimentNode.ts';
import {editor, Uri} from '../../helpers/editor/fakeVscode.ts';

beforeEach(() => editor.reset());

const text = 'name: digits\nbase: base\ndata: {kind: mnist}\ndecouple: {ranges: 2}\nlaunch: {kind: slurm}\n';

/** What a command asks the queue for, called on a row of the tree or a file. */
async function asked(command: string, row: Partial<ExperimentNode> | null, ...args: unknown[]) {
  const requests: unknown[] = [];
  const add = (title: string, request: object) => {
    requests.push({title, ...request});
    return {id: '1', state: 'starting'};
  };
  const studio = {
    experiments: {node: () => row ?? undefined},
    runs: {get: () => undefined},
    queue: {add, all: () => []},
  } as unknown as Studio;
  await launcherCommands[command]?.(studio, ...(row === null ? args : ['row']));
  return requests;
}

describe('where a pipeline runs', () => {
  it('is chosen for the config of a row, or of a lens, whatever it says', async () => {
    const config = join(await mkdtemp(join(tmpdir(), 'deme-')), 'digits.deme.yaml');
    await writeFile(config, text);
    const start = {action: 'start', config, selection: {kind: 'pipeline'}};
    expect(await asked('deme.runHere', {config})).toEqual([{title: 'Run digits here', ...start, launcher: 'local'}]);
    expect(await asked('deme.runOnSlurm', null, Uri.file(config))).toEqual([
      {title: 'Run digits on Slurm', ...start, launcher: 'slurm'},
    ]);
  });

  it('is chosen for what is left of a run', async () => {
    const run = {path: '/r/a-1', record: {id: 'a-1'}, state: {state: 'stopped'}} as unknown as Run;
    expect(await asked('deme.runOnSlurm', {run, config: '/c'})).toEqual([
      {title: 'Resume a-1', action: 'resume', run: '/r/a-1', launcher: 'slurm'},
    ]);
  });
});
