import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import type * as vscode from 'vscode';
import {registerConfigEditor} from '../../../extension/config/configEditor.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {
  editor,
  languages,
  openDocument,
  closeDocument,
  providers,
  Position,
  Range,
} from '../../helpers/editor/fakeVscode.ts';
import {writeTextBase} from '../../helpers/models/textBase.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeTinyBase} from '../../helpers/runs/tinyExperiment.ts';

/** Other tests may keep the machine busy. */
const patient = {timeout: 20_000};

const valid = 'name: a\nbase: base\ndata: {kind: mnist}\n';

/** Opens a config with this text in a folder with a base model. */
async function open(text: string, name = 'a.deme.yaml') {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'base'));
  const document = openDocument(join(folder, name), text);
  onTestFinished(() => closeDocument(document));
  return document;
}

type Opened = Awaited<ReturnType<typeof open>>;

const said = (document: Opened) =>
  languages
    .getDiagnostics(document.uri)
    .map(({range, message}) => `${range.start.line}:${range.start.character} ${message}`);

async function fixes(document: Opened, line: number) {
  const provider = providers.get('codeActions') as {
    provideCodeActions(...args: unknown[]): Promise<vscode.CodeAction[]>;
  };
  return provider.provideCodeActions(document, new Range(line, 0, line, 99));
}

describe('the editor of configs', () => {
  useCpuBackend();
  let registered: vscode.Disposable;
  beforeEach(() => {
    editor.reset();
    registered = registerConfigEditor();
  });
  afterEach(() => void registered.dispose());

  it('marks mistakes while they are typed, and takes the marks away', async () => {
    const document = await open(`${valid}decouple: {probabilty: 1}\n`);
    const mistake = '3:11 unknown key decouple.probabilty; did you mean probability?';
    await vi.waitFor(() => expect(said(document)).toEqual([mistake]), patient);
    document.change(valid);
    await vi.waitFor(() => expect(said(document)).toEqual([]), patient);
    document.change('name: [');
    await vi.waitFor(() => expect(said(document)).toHaveLength(1), patient);
    closeDocument(document);
    expect(said(document)).toEqual([]);
  });

  it('leaves other files alone', async () => {
    const document = await open('nothing: here\n', 'other.yaml');
    const config = await open('nothing: here\n');
    await vi.waitFor(() => expect(said(config)).not.toEqual([]), patient);
    expect(said(document)).toEqual([]);
  });

  it('offers fixes for the mistake under the cursor', async () => {
    const document = await open(`${valid}decouple: {probabilty: 1}\nordinry: true\n`);
    const [first, ...others] = await fixes(document, 3);
    expect(first).toMatchObject({title: 'Change to probability', isPreferred: true});
    expect(first?.edit).toMatchObject({edits: [{text: 'probability'}]});
    expect(others).toEqual([]);
    expect((await fixes(document, 4)).map(({title}) => title)).toEqual(['Change to ordinary', 'Remove ordinry']);
    expect(await fixes(document, 0)).toEqual([]);
  });

  it('warns where the base model is not there, and offers to fetch one of the hub', async () => {
    vi.stubEnv('DEME_CACHE', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const document = await open(valid.replace('base: base', 'base: google/ddpm'));
    await vi.waitFor(
      () => expect(said(document).join()).toContain('neither a folder beside the config nor fetched'),
      patient,
    );
    expect(said(document).join()).not.toContain('`');
    const [fetch] = await fixes(document, 1);
    expect(fetch).toMatchObject({
      title: 'Fetch google/ddpm',
      command: {command: 'deme.fetchModel', arguments: ['google/ddpm']},
    });
    document.change(`${valid.replace('base: base', 'base: google/ddpm')}ordinry: true\n`);
    await vi.waitFor(() => expect(said(document)).toHaveLength(2), patient);
    expect(said(document).join()).toMatch(/unknown key ordinry[^]*neither a folder beside the config nor fetched/);
    document.change(valid.replace('base: base', 'base: ../gone'));
    await vi.waitFor(() => expect(said(document).join()).toContain('does not exist'), patient);
    expect(await fixes(document, 1)).toEqual([]);
  });

  it('warns at prompts and captions where the base model has no text encoder', async () => {
    const folder = await temporaryFolder();
    await writeTinyBase(join(folder, 'plain'));
    await writeTextBase(join(folder, 'sd'));
    const text = `name: a
base: plain
data: {kind: images, path: x, resolution: 32, captions: {}}
decouple:
  samples: {prompts: [a seven]}
evaluate:
  sampling:
    prompts: [a seven]
    guidance: 3
`;
    const document = openDocument(join(folder, 'a.deme.yaml'), text);
    onTestFinished(() => closeDocument(document));
    const message = 'The base model has no text encoder, so it is not conditioned on text.';
    const places = ['2:46', '7:4', '8:4', '4:12'];
    await vi.waitFor(() => expect(said(document)).toEqual(places.map((place) => `${place} ${message}`)), patient);
    document.change(text.replace('base: plain', 'base: sd'));
    await vi.waitFor(() => expect(said(document)).toEqual([]), patient);
    document.change(text.replace('base: plain', 'base: gone'));
    await vi.waitFor(
      () => expect(said(document)).toEqual(['1:0 The folder of the base model does not exist.']),
      patient,
    );
  });

  it('completes and explains', async () => {
    const document = await open(`${valid}decouple:\n  proj\n`);
    const completion = providers.get('completion') as {
      provideCompletionItems(...args: unknown[]): Promise<vscode.CompletionItem[]>;
    };
    const items = await completion.provideCompletionItems(document, new Position(4, 6));
    const item = items.find(({label}) => label === 'projection');
    expect(item).toMatchObject({insertText: 'projection: ', detail: 'full, stock-compatible or off'});
    expect(item?.range).toMatchObject({start: {line: 4, character: 2}, end: {line: 4, character: 6}});
    const hover = providers.get('hover') as {provideHover(...args: unknown[]): Promise<vscode.Hover | undefined>};
    const help = await hover.provideHover(document, new Position(0, 1));
    expect(help?.contents).toMatchObject({value: textContaining('**name**: text')});
  });
});
