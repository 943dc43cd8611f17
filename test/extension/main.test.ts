import {cp, mkdir, readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import type * as vscode from 'vscode';
import {activate} from '../../extension/main.ts';
import {readControl} from '../../trainer/store/run/runState.ts';
import {extensionContext} from '../helpers/editor/fakeContext.ts';
import {
  changeSetting,
  commands,
  editor,
  openDocument,
  closeDocument,
  providers,
  Uri,
  workspace,
} from '../helpers/editor/fakeVscode.ts';
import {parseSource} from '../helpers/importGraph.ts';
import {makeRun, setState} from '../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patient = {timeout: 20_000};
const valid = 'name: digits\nbase: base\ndata: {kind: mnist}\ndecouple: {ranges: 2}\nmerge: {search: {}}\n';

/** What an owner says to whom it was started by, in place of the real one. */
const fakeOwner = `import {Socket} from 'node:net';
const channel = new Socket({fd: 3, readable: true, writable: true});
channel.on('error', () => process.exit());
channel.once('data', (bytes) => {
  const {selection} = JSON.parse(bytes);
  const error = {code: 'stage-missing', message: 'Asked for ' + JSON.stringify(selection)};
  channel.end(JSON.stringify({type: 'refused', error}) + '\\n');
});`;

/** Opens a folder with a config in an editor that has the extension. */
async function openWorkspace(files: Record<string, string> = {'digits.deme.yaml': valid}) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  workspace.workspaceFolders = [{uri: Uri.file(folder), name: 'work'}];
  const installed = join(folder, '.extension');
  await mkdir(join(installed, 'dist'), {recursive: true});
  await writeFile(join(installed, 'package.json'), '{"type": "module"}');
  await writeFile(join(installed, 'dist', 'owner.js'), fakeOwner);
  editor.settings.set('deme.nodePath', process.execPath);
  const context = extensionContext(installed, join(folder, '.storage'));
  opened.push(context);
  activate(context as unknown as vscode.ExtensionContext);
  return {folder, installed, config: Uri.file(join(folder, 'digits.deme.yaml'))};
}

const opened: ReturnType<typeof extensionContext>[] = [];
const call = (id: string, ...args: unknown[]) => commands.executeCommand(id, ...args);
const errors = () => editor.messages.filter(({kind}) => kind === 'error').map(({text}) => text);

beforeEach(() => editor.reset());
afterEach(() => {
  for (const {subscriptions} of opened.splice(0)) for (const each of subscriptions.reverse()) each.dispose();
});

describe('the extension', () => {
  it('finds the experiments and the runs of the workspace', async () => {
    const {folder} = await openWorkspace();
    expect(editor.contextKeys.get('deme.hasConfigs')).toBe(false);
    await vi.waitFor(() => expect(editor.contextKeys.get('deme.hasConfigs')).toBe(true), patient);
    const path = await makeRun(folder);
    await setState(path, 'running');
    await call('deme.refreshRuns');
    expect(Object.fromEntries(editor.contextKeys)).toMatchObject({
      'deme.hasRuns': true,
      'deme.hasActiveRuns': true,
      'deme.hasResumableRuns': false,
    });
    expect(editor.statusItems[0]).toMatchObject({text: '$(sync~spin) DeMe 50 %', isShown: true});
    changeSetting('deme.statusBar.enabled', false);
    expect(editor.statusItems[0]?.isShown).toBe(false);
  });

  it('starts what a lens asks for, and shows why it is refused', async () => {
    const {config} = await openWorkspace();
    await call('deme.finetune', config, 1);
    await vi.waitFor(() => expect(errors()).toEqual(['Asked for {"kind":"finetune","range":1}']), patient);
    editor.answers.push('Range 0');
    await call('deme.finetune', config);
    await vi.waitFor(() => expect(errors()[1]).toBe('Asked for {"kind":"finetune","range":0}'), patient);
    await call('deme.runPipeline', config);
    await vi.waitFor(() => expect(errors()[2]).toBe('Asked for {"kind":"pipeline"}'), patient);
  });

  it('opens a config at its mistake instead of starting it', async () => {
    const {config} = await openWorkspace({'digits.deme.yaml': 'name: digits\nbasis: x\n'});
    editor.answers.push('Open at Line 2');
    await call('deme.runPipeline', config);
    await vi.waitFor(() => expect(editor.called.map(([id]) => id)).toContain('showTextDocument'), patient);
    expect(errors()[0]).toContain('unknown key basis; did you mean base?');
  });

  it('starts nothing in an untrusted workspace, whoever asks', async () => {
    workspace.isTrusted = false;
    const {config, folder} = await openWorkspace();
    const path = await makeRun(folder);
    await setState(path, 'running');
    await call('deme.refreshRuns');
    for (const id of ['deme.runPipeline', 'deme.finetune', 'deme.sample']) await call(id, config);
    for (const id of ['deme.stop', 'deme.stopNow', 'deme.pause', 'deme.deleteRun']) await call(id, path);
    for (const id of ['deme.installEngine', 'deme.checkEngine', 'deme.fetchModel']) await call(id);
    await vi.waitFor(() => expect(errors()).toHaveLength(10), patient);
    expect(new Set(errors())).toEqual(
      new Set([
        'This workspace is not trusted, so nothing is run in it. Trust it by the command Manage Workspace Trust.',
      ]),
    );
    expect(await readControl(path)).toBeNull();
  });

  it('controls a run, and tells when it ends', async () => {
    const {folder} = await openWorkspace();
    const path = await makeRun(folder);
    await setState(path, 'running');
    await vi.waitFor(() => expect(editor.contextKeys.get('deme.hasActiveRuns')).toBe(true), patient);
    await call('deme.pause', `run:${path}`, path);
    expect(await readControl(path)).toBe('pause');
    await setState(path, 'failed', {error: {code: 'data-missing', message: 'No images.', hint: 'Add some.'}});
    await vi.waitFor(() => expect(errors()).toEqual(['digits-1: failed: No images. Add some.']), patient);
  });

  it('tells no end that it has not seen the beginning of, and none that was asked for', async () => {
    const {folder} = await openWorkspace();
    const [failed, stopped] = [await makeRun(folder), await makeRun(folder)];
    await setState(failed, 'failed');
    await setState(stopped, 'running');
    await vi.waitFor(() => expect(editor.contextKeys.get('deme.hasActiveRuns')).toBe(true), patient);
    await setState(stopped, 'stopped');
    await vi.waitFor(() => expect(editor.contextKeys.get('deme.hasActiveRuns')).toBe(false), patient);
    expect(editor.messages).toEqual([]);
  });

  it('keeps tags and notes beside the run', async () => {
    const {folder} = await openWorkspace();
    const path = await makeRun(folder);
    await call('deme.refreshRuns');
    await vi.waitFor(() => expect(editor.contextKeys.get('deme.hasRuns')).toBe(true), patient);
    editor.answers.push(' best, small ,best,', 'as in the paper');
    await call('deme.editTags', path);
    await call('deme.editNote', path);
    expect(JSON.parse(await readFile(join(path, 'notes.json'), 'utf8'))).toEqual({
      format: 1,
      tags: ['best', 'small'],
      note: 'as in the paper',
    });
  });

  it('makes configs that are valid', async () => {
    const {folder, installed} = await openWorkspace({});
    await cp(join(root, 'media', 'presets'), join(installed, 'media', 'presets'), {recursive: true});
    const {parseConfig} = await import('../../trainer/contract/config/parseConfig.ts');
    for (const [template, name] of [
      ['Empty', 'mine'],
      ['CIFAR-10', 'other-name'],
    ] as const) {
      editor.answers.push(template, name);
      await call('deme.newConfig');
      const text = await readFile(join(folder, `${name}.deme.yaml`), 'utf8');
      expect(parseConfig(text, name).name).toBe(name);
      expect(text).not.toContain('../');
    }
    editor.answers.push('Empty', 'mine');
    await call('deme.newConfig');
    await vi.waitFor(() => expect(errors()).toEqual(['mine.deme.yaml: There is such a config already.']), patient);
  });

  it('creates the example project beside what is there', async () => {
    const {folder, installed} = await openWorkspace({});
    for (const part of ['example', 'digits/base']) {
      await cp(join(root, 'media', part), join(installed, 'media', part), {recursive: true});
    }
    await call('deme.createExample');
    await call('deme.createExample');
    for (const name of ['deme-example', 'deme-example-2']) {
      const text = await readFile(join(folder, name, 'digits.deme.yaml'), 'utf8');
      expect(text).toContain('base: base');
      expect(await readFile(join(folder, name, 'base', 'model_index.json'), 'utf8')).toContain('UNet2DModel');
    }
    expect(editor.called.filter(([id]) => id === 'showTextDocument')).toHaveLength(2);
    expect(errors()).toEqual([]);
  });

  it('creates the example with prompts, whose base has a text encoder', async () => {
    const {folder, installed} = await openWorkspace({});
    for (const part of ['example-prompts', 'prompts/base']) {
      await cp(join(root, 'media', part), join(installed, 'media', part), {recursive: true});
    }
    await call('deme.createPromptExample');
    const project = join(folder, 'deme-prompt-example');
    const text = await readFile(join(project, 'digits-prompts.deme.yaml'), 'utf8');
    expect(text).toContain('captions: {}');
    for (const part of ['text_encoder/model.safetensors', 'tokenizer/merges.txt', 'unet/config.json']) {
      await expect(stat(join(project, 'base', part))).resolves.toBeDefined();
    }
    expect(errors()).toEqual([]);
  });

  it('draws lenses that it keeps up to date, and none where they are switched off', async () => {
    const {folder, config} = await openWorkspace();
    const document = openDocument(config.path, valid);
    const provider = providers.get('codeLenses') as vscode.CodeLensProvider;
    const titles = async () => {
      const lenses = await provider.provideCodeLenses(document as unknown as vscode.TextDocument, {} as never);
      return (lenses ?? []).map((lens) => lens.command?.title ?? '');
    };
    expect((await titles())[0]).toBe('$(play) Run pipeline');
    let changes = 0;
    provider.onDidChangeCodeLenses?.(() => changes++);
    await setState(await makeRun(folder), 'running');
    await vi.waitFor(() => expect(changes).toBeGreaterThan(0), patient);
    await vi.waitFor(async () => expect((await titles())[0]).toBe('$(sync~spin) running 50 %'), patient);
    changeSetting('deme.codeLens.enabled', false);
    expect(await titles()).toEqual([]);
    closeDocument(document);
  });
});

describe('the activation', () => {
  it('loads nothing that parses or checks: only what it takes to show the first thing', () => {
    const loaded = new Set<string>();
    const load = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      if (file.startsWith('.') || file.includes('/')) staticImports(file).forEach(load);
    };
    load('extension/main.ts');
    const outside = [...loaded].filter((file) => !file.startsWith('extension/'));
    // The words for times and shares, which import nothing themselves.
    const words = ['trainer/contract/durationText.ts', 'trainer/contract/percentText.ts'];
    expect(outside.filter((name) => name !== 'vscode' && !name.startsWith('node:')).sort()).toEqual(words);
    expect(words.flatMap(staticImports)).toEqual([]);
    expect(loaded.size).toBeGreaterThan(20);
  });
});

/** The modules that a file loads when it is loaded: its imports of values, but not those by `import()`. */
function staticImports(file: string): string[] {
  if (!file.endsWith('.ts')) return [];
  return parseSource(file).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    if (statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
    const to = statement.moduleSpecifier.text;
    return [to.startsWith('.') ? join(file, '..', to) : to];
  });
}
