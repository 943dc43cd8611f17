import {beforeEach, describe, expect, it} from 'vitest';
import type * as vscode from 'vscode';
import {offerLostRuns} from '../../../extension/runs/lostRuns.ts';
import type {Run} from '../../../extension/runs/run.ts';
import type {Runs} from '../../../extension/runs/runs.ts';
import {extensionContext} from '../../helpers/editor/fakeContext.ts';
import {editor, workspace} from '../../helpers/editor/fakeVscode.ts';
import {knownRun, knownState} from '../../helpers/runs/knownRun.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const lost = (id: string, pid = 1): Run =>
  knownRun({id, path: `/project/.deme/runs/${id}`, state: knownState('lost', 0.425, {pid})});
const other = knownRun({id: 'done-1', state: knownState('done', 1)});

async function newWorkspace(): Promise<(runs: readonly Run[]) => Promise<void>> {
  const folder = await temporaryFolder();
  const context = extensionContext(folder, folder) as unknown as vscode.ExtensionContext;
  return (runs) => offerLostRuns(context, {all: () => runs} as unknown as Runs);
}

beforeEach(() => editor.reset());

describe('runs that were lost while no window was open', () => {
  it('are offered to go on with, once', async () => {
    const open = await newWorkspace();
    editor.answers.push('Resume');
    await open([lost('digits-1'), other]);
    expect(editor.messages).toMatchObject([{kind: 'warning', text: 'digits-1: lost at 42 %, its process is gone.'}]);
    expect(editor.called).toEqual([['deme.resume', '/project/.deme/runs/digits-1']]);
    await open([lost('digits-1'), other]);
    expect(editor.messages).toHaveLength(1);
    // Gone on with and lost a second time.
    await open([lost('digits-1', 2)]);
    expect(editor.messages).toHaveLength(2);
  });

  it('are offered together', async () => {
    const open = await newWorkspace();
    editor.answers.push('Resume All');
    await open([lost('a-1'), lost('b-1'), lost('b-2')]);
    expect(editor.messages.map(({text}) => text)).toEqual([
      '3 runs are lost, their processes are gone: a-1, b-1 and b-2.',
    ]);
    expect(editor.called.map(([id, path]) => [id, String(path).slice(-3)])).toEqual([
      ['deme.resume', 'a-1'],
      ['deme.resume', 'b-1'],
      ['deme.resume', 'b-2'],
    ]);
  });

  it('are left alone by who does not press the button, and not told without trust', async () => {
    const open = await newWorkspace();
    await open([lost('digits-1')]);
    expect(editor.called).toEqual([]);
    workspace.isTrusted = false;
    await open([lost('digits-2')]);
    expect(editor.messages).toHaveLength(1);
  });
});
