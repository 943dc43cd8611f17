import {execFileSync} from 'node:child_process';
import {readdir, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {panelActions} from '../../../extension/panel/panelActions.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {editor, Uri, workspace} from '../../helpers/editor/fakeVscode.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const nothing = () => Promise.reject(new Error('no trainer works here'));

const actions = panelActions(
  {
    merge: nothing,
    measure: nothing,
    preview: nothing,
    command: nothing,
    kept: nothing,
    fork: nothing,
    control: nothing,
    writeNotes: nothing,
  },
  (source) => source.replace(/^web:/, '').replace(/\?\d+$/, ''),
);

/** A run of two experts, and a folder to save in. */
async function setUp() {
  const {run} = await fakeRun(await temporaryFolder(), {updates: 3, experts: 2});
  const folder = await temporaryFolder();
  workspace.workspaceFolders = [{uri: Uri.file(folder), name: 'work'}];
  return {run, folder, file: (name: string) => join(folder, name)};
}

beforeEach(() => editor.reset());

describe('what a panel saves', () => {
  it('proposes a safe name in the workspace and writes where the user chose', async () => {
    const {folder, file} = await setUp();
    editor.answers = [Uri.file(file('mine.svg'))];
    expect(await actions.save('../../loss by/timestep.svg', '<svg/>')).toBe(file('mine.svg'));
    expect(editor.proposals).toEqual([file('..-..-loss-by-timestep.svg')]);
    expect(await readFile(file('mine.svg'), 'utf8')).toBe('<svg/>');
    expect(await readdir(folder)).toEqual(['mine.svg']);
  });

  it('writes nothing where the user cancels', async () => {
    const {run, folder} = await setUp();
    const source = `web:${join(run.path, 'evaluations', 'merged', 'samples.png')}?7`;
    const answers = [actions.save('a.svg', ''), actions.export([run], 'csv'), actions.export([run], 'json')];
    const more = [actions.export([run], 'tensorboard'), actions.saveImage(run, source)];
    expect(await Promise.all([...answers, ...more])).toEqual([null, null, null, null, null]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('copies a picture of the run under a name that says which', async () => {
    const {run, file} = await setUp();
    const picture = join(run.path, 'evaluations', 'merged', 'samples.png');
    editor.answers = [Uri.file(file('grid.png'))];
    expect(await actions.saveImage(run, `web:${picture}?7`)).toBe(file('grid.png'));
    expect(editor.proposals).toEqual([file('digits-1-merged-samples.png')]);
    expect(await readFile(file('grid.png'))).toEqual(await readFile(picture));
  });

  it.skipIf(process.platform === 'win32')('copies nothing out of a pipe, nor waits for it', async () => {
    const {run, file} = await setUp();
    const picture = join(run.path, 'evaluations', 'merged', 'samples.png');
    await rm(picture);
    execFileSync('mkfifo', [picture]);
    editor.answers = [Uri.file(file('grid.png'))];
    await expect(actions.saveImage(run, `web:${picture}?7`)).rejects.toMatchObject({code: 'file-odd'});
  });

  it('gives away no file that lies outside the run', async () => {
    const {run, folder, file} = await setUp();
    for (const source of ['web:/etc/passwd', `web:${join(run.path, '..', 'other.png')}`, 'web:']) {
      editor.answers = [Uri.file(file('stolen.png'))];
      expect(await actions.saveImage(run, source)).toBeNull();
    }
    expect(editor.proposals).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('what a panel exports', () => {
  it('has all steps of all runs as CSV', async () => {
    const {run, file} = await setUp();
    const other = (await fakeRun(await temporaryFolder(), {id: 'digits-2', updates: 2, experts: 1})).run;
    editor.answers = [Uri.file(file('steps.csv'))];
    expect(await actions.export([run, other], 'csv')).toBe(file('steps.csv'));
    expect(editor.proposals).toEqual([file('digits-1+digits-2.csv')]);
    const [head, ...rows] = (await readFile(file('steps.csv'), 'utf8')).trim().split('\n');
    expect(head).toMatch(/^run,stage,update,/);
    expect(rows.map((row) => row.split(',').slice(0, 3).join())).toEqual([
      ...[1, 2, 3].map((update) => `digits-1,expert-0,${update}`),
      ...[1, 2, 3].map((update) => `digits-1,expert-1,${update}`),
      ...[1, 2].map((update) => `digits-2,expert-0,${update}`),
    ]);
  });

  it('has the config of the run as JSON', async () => {
    const {run, file} = await setUp();
    editor.answers = [Uri.file(file('steps.json'))];
    await actions.export([run], 'json');
    const exported: unknown = JSON.parse(await readFile(file('steps.json'), 'utf8'));
    expect(exported).toMatchObject({
      runs: [{id: 'digits-1', config: {name: 'digits'}, stages: {'expert-1': {update: [1, 2, 3]}}}],
    });
  });

  it('has a TensorBoard file for each expert, in a folder that the user chose', async () => {
    const {run, folder} = await setUp();
    editor.answers = [[Uri.file(folder)]];
    expect(await actions.export([run], 'tensorboard')).toBe(folder);
    expect((await readdir(join(folder, 'digits-1'))).sort()).toEqual(['expert-0', 'expert-1']);
    const [name = ''] = await readdir(join(folder, 'digits-1', 'expert-1'));
    expect(name).toMatch(/^events\.out\.tfevents\.\d+\.deme$/);
    const bytes = await readFile(join(folder, 'digits-1', 'expert-1', name));
    expect(bytes.includes('denoise')).toBe(true);
  });
});

describe('the trust of a panel', () => {
  it('is that of the workspace at the time of asking', () => {
    expect(actions.isTrusted()).toBe(true);
    workspace.isTrusted = false;
    expect(actions.isTrusted()).toBe(false);
  });
});
