import {cp, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import type * as vscode from 'vscode';
import {activate} from '../../extension/main.ts';
import {lazyPanel} from '../../extension/panel/panelHost.ts';
import type {Studio} from '../../extension/studio.ts';
import {extensionContext} from '../helpers/editor/fakeContext.ts';
import {commands, editor, openDocument, showDocument, Uri, workspace} from '../helpers/editor/fakeVscode.ts';
import {knownRun} from '../helpers/runs/knownRun.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';

vi.mock('../../extension/panel/experimentPanel.ts', () => ({registerPanel: () => ({open: () => undefined})}));

const root = fileURLToPath(new URL('../..', import.meta.url));
const patient = {timeout: 20_000};
const valid = 'name: digits\nbase: base\ndata: {kind: mnist}\ndecouple: {ranges: 2}\nmerge: {search: {}}\n';

/** An owner in place of the real one, which sends this message and ends. */
const ownerSaying = (message: object) => `import {Socket} from 'node:net';
const channel = new Socket({fd: 3, readable: true, writable: true});
channel.on('error', () => process.exit());
channel.once('data', () => channel.end(${JSON.stringify(JSON.stringify(message))} + '\\n'));`;

const opened: ReturnType<typeof extensionContext>[] = [];

/** Opens a folder with a config in an editor that has the extension, whose owner sends this message. */
async function openWorkspace(message: object = {type: 'ready'}) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'digits.deme.yaml'), valid);
  workspace.workspaceFolders = [{uri: Uri.file(folder), name: 'work'}];
  const installed = join(folder, '.extension');
  await mkdir(join(installed, 'dist'), {recursive: true});
  await writeFile(join(installed, 'package.json'), '{"type": "module"}');
  await writeFile(join(installed, 'dist', 'owner.js'), ownerSaying(message));
  await cp(join(root, 'media', 'example'), join(installed, 'media', 'example'), {recursive: true});
  await cp(join(root, 'media', 'digits', 'base'), join(installed, 'media', 'digits', 'base'), {recursive: true});
  editor.settings.set('deme.nodePath', process.execPath);
  const context = extensionContext(installed, join(folder, '.storage'));
  opened.push(context);
  activate(context as unknown as vscode.ExtensionContext);
  return {folder, config: Uri.file(join(folder, 'digits.deme.yaml'))};
}

const call = (id: string, ...args: unknown[]) => commands.executeCommand(id, ...args);
const isComplete = (key: string) => editor.contextKeys.get(`deme.${key}`) === true;

beforeEach(() => editor.reset());
afterEach(() => {
  for (const {subscriptions} of opened.splice(0)) for (const each of subscriptions.reverse()) each.dispose();
});

describe('the walkthrough', () => {
  it.each(['runPipeline', 'finetune'])('counts a run as started once %s has made one', async (command) => {
    const {config} = await openWorkspace({type: 'created', run: '/runs/digits-1', id: 'digits-1'});
    expect(isComplete('hasStartedRun')).toBe(false);
    await call(`deme.${command}`, config, null);
    await vi.waitFor(() => expect(isComplete('hasStartedRun')).toBe(true), patient);
  });

  it('does not count a run that was refused', async () => {
    const error = {code: 'memory-missing', message: 'Too little memory'};
    const {config} = await openWorkspace({type: 'refused', error});
    await call('deme.runPipeline', config);
    await vi.waitFor(() => expect(editor.messages).toMatchObject([{text: 'Too little memory'}]), patient);
    expect(isComplete('hasStartedRun')).toBe(false);
  });

  it('counts an own config once it is written', async () => {
    await openWorkspace();
    await call('deme.newConfig');
    editor.answers.push('Empty', undefined);
    await call('deme.newConfig');
    expect(isComplete('hasOwnModel')).toBe(false);
    editor.answers.push('Empty', 'mine');
    await call('deme.newConfig');
    expect(isComplete('hasOwnModel')).toBe(true);
  });

  it('does not count a model that was named and not fetched', async () => {
    await openWorkspace();
    await call('deme.fetchModel');
    expect(isComplete('hasOwnModel')).toBe(false);
  });

  it('counts the example once it is there', async () => {
    await openWorkspace();
    workspace.workspaceFolders = undefined;
    await call('deme.createExample');
    expect(isComplete('hasExample')).toBe(false);
    editor.answers.push([Uri.file(await temporaryFolder())]);
    await call('deme.createExample');
    expect(isComplete('hasExample')).toBe(true);
  });

  it('counts a config as read however it came to the front, and no other file', async () => {
    const {folder, config} = await openWorkspace();
    showDocument(openDocument(join(folder, 'other.yaml'), 'a: 1'));
    expect(isComplete('hasOpenedConfig')).toBe(false);
    showDocument(openDocument(config.path, valid));
    expect(isComplete('hasOpenedConfig')).toBe(true);
  });

  it('counts a run as watched, and not a comparison of no runs', async () => {
    const openPanel = lazyPanel({} as Omit<Studio, 'openPanel'>);
    await openPanel();
    expect(isComplete('hasOpenedRun')).toBe(false);
    await openPanel(knownRun({id: 'digits-1'}));
    expect(isComplete('hasOpenedRun')).toBe(true);
  });

  it('opens over another walkthrough, which has to be left first', async () => {
    await openWorkspace();
    await call('deme.openWalkthrough');
    expect(editor.called.map(([id]) => id)).toEqual(['welcome.goBack', 'workbench.action.openWalkthrough']);
    expect(editor.called[1]?.[1]).toMatch(/#deme\.start$/);
  });
});
