import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {matrixCommands} from '../../../extension/commands/matrixCommands.ts';
import type {Studio} from '../../../extension/studio.ts';
import type {MatrixRuns} from '../../../trainer/contract/matrix/matrixRuns.ts';
import {editor, Uri, workspace} from '../../helpers/editor/fakeVscode.ts';

beforeEach(() => {
  editor.reset();
  workspace.workspaceFolders = [{uri: Uri.file('/w'), name: 'w'}];
});
afterEach(() => editor.reset());

const runs: MatrixRuns = Array.from({length: 14}, (_, i) => ({
  labels: {N: '2', p: String(i)},
  repeat: i < 7 ? 'a' : null,
}));

/** Runs the command on a config with this answer; returns the verbs that were called. */
async function run(answer: unknown, file = '/w/a.deme.yaml', command = 'deme.runMatrix'): Promise<string[]> {
  editor.answers = [answer];
  const called: string[] = [];
  const trainer = {
    deme: (_: unknown, args: string[]) => {
      called.push(args.join(' '));
      return Promise.resolve(runs);
    },
    commandLine: (args: string[]) => Promise.resolve({path: 'node', args: ['cli.js', ...args], environment: {}}),
  };
  const studio = {experiments: {node: () => undefined}, trainer} as unknown as Studio;
  await matrixCommands[command]?.(studio, Uri.file(file));
  return called;
}

describe('the command for a matrix', () => {
  it('shows the runs, and starts them in a terminal', async () => {
    expect(await run('Run in Terminal')).toEqual(['matrix /w/a.deme.yaml --dry-run']);
    const [message] = editor.messages;
    expect(message?.text).toBe('Make the 14 runs of the matrix of a.deme.yaml?');
    expect(editor.tasks).toMatchObject([
      {
        name: 'matrix a.deme.yaml',
        execution: {process: 'node', args: ['cli.js', 'matrix', '/w/a.deme.yaml'], options: {cwd: '/w'}},
      },
    ]);
  });

  it('does the same for a study', async () => {
    const called = await run('Run in Terminal', '/w/a.deme.yaml', 'deme.runStudy');
    expect(called).toEqual(['study /w/a.deme.yaml --dry-run']);
    expect(editor.messages[0]?.text).toBe('Make the 14 runs of the study of a.deme.yaml?');
    expect(editor.tasks).toMatchObject([
      {name: 'study a.deme.yaml', execution: {args: ['cli.js', 'study', '/w/a.deme.yaml']}},
    ]);
  });

  it('starts nothing without an answer', async () => {
    await run(undefined);
    expect(editor.tasks).toEqual([]);
  });

  it('refuses a config outside of the folders, and where nothing is trusted', async () => {
    await expect(run('Run in Terminal', '/elsewhere/a.deme.yaml')).rejects.toMatchObject({code: 'folder-missing'});
    workspace.isTrusted = false;
    await expect(run('Run in Terminal')).rejects.toMatchObject({code: 'workspace-untrusted'});
  });
});
