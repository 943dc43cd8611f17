import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import type * as vscode from 'vscode';
import {ConfigFiles} from '../../../extension/config/configFiles.ts';
import {JobQueue} from '../../../extension/runs/jobQueue.ts';
import {createLog} from '../../../extension/log.ts';
import {Runs} from '../../../extension/runs/runs.ts';
import {Studies} from '../../../extension/studies/studies.ts';
import {ExperimentsTree} from '../../../extension/views/experimentsTree.ts';
import {modelElements} from '../../../extension/views/modelsTree.ts';
import {memento} from '../../helpers/editor/fakeContext.ts';
import {editor} from '../../helpers/editor/fakeVscode.ts';
import {mergedRun} from '../mergedRun.ts';
import {knownRun} from '../../helpers/runs/knownRun.ts';
import {finishStage, makeRun, setState} from '../../helpers/runs/runOnDisk.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** The tree over the runs of a new folder. */
async function grow() {
  const folder = await temporaryFolder();
  const log = createLog();
  const runs = new Runs(log);
  const store = memento() as unknown as vscode.Memento;
  const host = {
    limit: () => 1,
    activeRuns: () => [],
    start: () => Promise.reject(new Error('nothing is started here')),
  };
  const configs = new ConfigFiles(log);
  const studies = new Studies(configs, runs, log);
  const tree = new ExperimentsTree({runs, configs, studies, queue: new JobQueue(host, store)}, store);
  onTestFinished(() => [tree, runs].forEach((each) => each.dispose()));
  return {folder, runs, tree, view: () => editor.treeViews.at(-1)};
}

describe('the tree of experiments in the editor', () => {
  beforeEach(() => editor.reset());

  it('has rows that stay the same while what they say changes', async () => {
    const {folder, runs, tree} = await grow();
    const path = await makeRun(folder);
    await setState(path, 'running');
    await runs.setOutputs([join(folder, '.deme', 'runs')]);
    const [experiment = ''] = await tree.getChildren();
    const [run = ''] = await tree.getChildren(experiment);
    expect(run).toBe(`run:${path}`);
    expect(tree.getParent(run)).toBe(experiment);
    expect(tree.getTreeItem(run)).toMatchObject({
      id: run,
      label: 'digits-1',
      description: 'running 50 %',
      contextValue: 'run.running',
      accessibilityInformation: {label: 'digits-1, running 50 %'},
      command: {command: 'deme.openPanel', arguments: [path]},
    });

    const changed: unknown[] = [];
    tree.onDidChangeTreeData((id) => changed.push(id));
    // That there is a run at all changes the whole.
    await vi.waitFor(() => expect(changed.splice(0)).toEqual([undefined]), {timeout: 20_000});
    await setState(path, 'done', {progress: 1});
    await finishStage(path, 'expert-0');
    await runs.refresh();
    await vi.waitFor(() => expect(changed).toContain(run), {timeout: 20_000});
    expect(changed).not.toContain(undefined);
    expect(tree.getTreeItem(run)).toMatchObject({description: 'done', contextValue: 'run.done'});
  });

  it('counts active runs on the activity bar also while nobody looks at the rows', async () => {
    const {folder, runs, view} = await grow();
    const path = await makeRun(folder);
    await setState(path, 'running');
    await runs.setOutputs([join(folder, '.deme', 'runs')]);
    expect(view()?.badge).toEqual({value: 1, tooltip: '1 run is active'});
    await setState(path, 'done', {progress: 1});
    await runs.refresh();
    expect(view()?.badge).toBeUndefined();
  });

  it('has a row for a run that cannot be read, which says why', async () => {
    const {folder, runs, tree} = await grow();
    const path = await makeRun(folder);
    await writeFile(join(path, 'run.json'), '{');
    await runs.setOutputs([join(folder, '.deme', 'runs')]);
    const [row = ''] = await tree.getChildren();
    expect(tree.getTreeItem(row)).toMatchObject({
      label: 'digits-1',
      description: textContaining('not valid JSON'),
      command: {command: 'deme.openFile', arguments: [join(path, 'run.json')]},
    });
  });

  it('makes the tooltip when it is looked at', async () => {
    const {folder, runs, tree} = await grow();
    const path = await makeRun(folder);
    await runs.setOutputs([join(folder, '.deme', 'runs')]);
    await tree.getChildren();
    const item = tree.getTreeItem(`run:${path}`);
    expect(item.tooltip).toBeUndefined();
    const {tooltip} = await tree.resolveTreeItem(item, `run:${path}`);
    expect(tooltip).toMatchObject({value: textContaining(path)});
    // The headline, as the overview has it.
    expect(tooltip).toMatchObject({value: textContaining('The run is starting.')});
  });

  it('shows below a merged model what it was merged from', async () => {
    const {folder, runs, tree} = await grow();
    const {run} = await mergedRun(folder);
    await finishStage(run.path, 'merge');
    await runs.setOutputs([join(folder, '.deme', 'runs')]);
    await tree.getChildren();
    const merged = `part:${run.path}:merge`;
    const collapsed = 1;
    expect(tree.getTreeItem(merged)).toMatchObject({label: 'Merged', collapsibleState: collapsed});
    const rows = await tree.getChildren(merged);
    expect(rows.map((row) => tree.getTreeItem(row).label)).toEqual(['base', 'expert-0', 'expert-1', 'Method']);
    expect(tree.node(rows[1] ?? '')).toMatchObject({context: 'model', model: join(run.path, 'models', 'expert-0')});
  });

  it('keeps its filter and its order', async () => {
    const {tree} = await grow();
    await tree.choose({filter: 'best'});
    await tree.choose({sort: 'loss'});
    expect(tree.choice).toEqual({filter: 'best', sort: 'loss'});
    expect(editor.contextKeys.get('deme.filtered')).toBe(true);
  });
});

describe('the models', () => {
  it('are the bases and what the runs have made', async () => {
    const {mkdir} = await import('node:fs/promises');
    const folder = await temporaryFolder();
    const path = await makeRun(folder);
    for (const name of ['merged', 'expert-10', 'expert-2', '.tmp'])
      await mkdir(join(path, 'models', name), {recursive: true});
    const [bases, ofRun, ...others] = await modelElements([knownRun({path}), knownRun({path: join(folder, 'none')})]);
    expect(bases?.children.map(({folder: each}) => each)).toEqual(['/project/base']);
    expect(ofRun?.children.map(({label}) => label)).toEqual(['expert-2', 'expert-10', 'merged']);
    expect(others).toEqual([]);
  });
});
