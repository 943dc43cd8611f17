import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import type * as vscode from 'vscode';
import {showError} from '../../extension/showError.ts';
import {parseConfig} from '../../trainer/contract/config/parseConfig.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {requireInstalled} from '../../trainer/engine/tensorflow/install/installedTensorflow.ts';
import {resolveBase} from '../../trainer/store/hub/hubFetch.ts';
import {editor, Uri, workspace} from '../helpers/editor/fakeVscode.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';

const opened: string[] = [];
const log = {error: () => undefined, show: () => opened.push('log')} as unknown as vscode.LogOutputChannel;

/** What `act` throws. */
async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Shows an error to a user who presses this button; returns the notice. */
async function show(error: unknown, press?: string) {
  editor.answers.push(press);
  await showError(log, error);
  expect(editor.messages).toHaveLength(1);
  return editor.messages[0];
}

describe('the notice of an error', () => {
  beforeEach(() => {
    editor.reset();
    opened.length = 0;
  });

  it('tells the first mistakes of a config with their lines, counts the others, and opens each', async () => {
    const file = join(await temporaryFolder(), 'a.deme.yaml');
    await writeFile(file, '');
    const text = 'name: a\nbasis: base\ndata: {kind: mnist, knd: 1}\ndecouple: {probabilty: 1}\nmerg: {}\n';
    const notice = await show(await thrownBy(() => parseConfig(text, file)), 'Open at Line 2');
    expect(notice?.text).toBe(
      'a.deme.yaml, line 1: base: a base model is required (only a config with pretrain may go without). Line 2: unknown key basis; did you mean base? Line 3: unknown key data.knd; did you mean kind? 2 more mistakes are marked in the file.',
    );
    expect(notice?.buttons).toEqual(['Open at Line 1', 'Open at Line 2', 'Open at Line 3']);
    expect(editor.called).toMatchObject([['showTextDocument', Uri.file(file), {selection: {start: {line: 1}}}]]);
  });

  it('offers to fetch a base that may be had from the hub, and names another that is not there', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('DEME_CACHE', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    workspace.workspaceFolders = [{uri: Uri.file(folder), name: 'work'}];
    const missing = await thrownBy(() => resolveBase('google/ddpm', folder));
    expect((await show(missing, 'Fetch google/ddpm'))?.buttons).toEqual(['Fetch google/ddpm']);
    expect(editor.called).toEqual([['deme.fetchModel', 'google/ddpm']]);
    editor.messages = [];
    const gone = await show(await thrownBy(() => resolveBase('models/gone/x', folder)), 'Show Log');
    expect(gone).toMatchObject({
      text: 'models/gone/x: The folder of the base model does not exist.',
      buttons: ['Show Log'],
    });
    expect(opened).toEqual(['log']);
  });

  it('offers to install an engine that is not there', async () => {
    vi.stubEnv('DEME_CACHE', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const notice = await show(await thrownBy(requireInstalled), 'Install TensorFlow');
    expect(notice?.buttons).toEqual(['Install TensorFlow']);
    expect(editor.called).toEqual([['deme.installEngine']]);
  });

  it('keeps all lines of what is no list of mistakes, and offers nothing where nothing helps', async () => {
    const notice = await show(new UserError('benchmark-incomplete', '2 missing for cifar10:\nimages\nnetwork'));
    expect(notice).toMatchObject({text: '2 missing for cifar10: images network', buttons: ['Show Log']});
    expect(editor.called).toEqual([]);
  });
});
