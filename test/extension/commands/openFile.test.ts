import {execFileSync} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {runCommands} from '../../../extension/commands/runCommands.ts';
import {viewCommands} from '../../../extension/commands/viewCommands.ts';
import type {Studio} from '../../../extension/studio.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {editor} from '../../helpers/editor/fakeVscode.ts';
import {knownReport, knownRun} from '../../helpers/runs/knownRun.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const studio = {experiments: {node: () => undefined}} as unknown as Studio;
const open = async (path: unknown) => viewCommands['deme.openFile']?.(studio, path);

describe('a file that a row of the tree names', () => {
  beforeEach(() => editor.reset());

  it('is opened in the editor', async () => {
    const picture = join(await temporaryFolder(), 'grid.png');
    await writeFile(picture, 'x');
    await open(picture);
    expect(editor.called).toMatchObject([['vscode.open', {fsPath: picture}]]);
  });

  it('is not opened where it is a pipe, for whose other end the editor would wait', async () => {
    const pipe = join(await temporaryFolder(), 'grid.png');
    execFileSync('mkfifo', [pipe]);
    await expect(open(pipe)).rejects.toMatchObject({code: 'file-odd', where: pipe});
    expect(editor.called).toEqual([]);
  });

  it('nor is the report of a run that is one', async () => {
    const run = knownRun({path: await temporaryFolder(), report: knownReport(0.02, 0.02)});
    await mkdir(dirname(runPaths.reportText(run.path)), {recursive: true});
    execFileSync('mkfifo', [runPaths.reportText(run.path)]);
    const runs = {...studio, runs: {get: () => run}} as unknown as Studio;
    await expect(runCommands['deme.openReport']?.(runs, run.path)).rejects.toMatchObject({code: 'file-odd'});
  });
});
