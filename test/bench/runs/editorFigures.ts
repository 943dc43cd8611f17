import {setImmediate as turn} from 'node:timers/promises';
import type * as vscode from 'vscode';
import {ConfigFiles} from '../../../extension/config/configFiles.ts';
import {createLog} from '../../../extension/log.ts';
import {compareScope} from '../../../extension/panel/panelScope.ts';
import type {PanelActions} from '../../../extension/panel/panelRequests.ts';
import {PanelSession} from '../../../extension/panel/panelSession.ts';
import {JobQueue} from '../../../extension/runs/jobQueue.ts';
import {Runs} from '../../../extension/runs/runs.ts';
import {Studies} from '../../../extension/studies/studies.ts';
import {ExperimentsTree} from '../../../extension/views/experimentsTree.ts';
import {memento} from '../../helpers/editor/fakeContext.ts';
import {Watcher} from './watcher.ts';

/** What the editor side needs for an output folder: milliseconds, and megabytes at most. */
export interface EditorFigures {
  /** Until the tree has its first run. */
  readonly first: number;
  /** Until the tree has all of them. */
  readonly all: number;
  /** Until each of them shows its stages, too. */
  readonly whole: number;
  /** The longest time in which the thread of the extensions did nothing else. */
  readonly stall: number;
  /** Until a panel that compares all of them has its snapshot. */
  readonly compare: number;
  readonly compareStall: number;
  readonly memory: number;
}

/** Opens tree and panel on an output folder in this process, which must be new for the memory to mean anything. */
export async function editorFigures(output: string): Promise<EditorFigures> {
  const watcher = new Watcher();
  const log = createLog();
  const runs = new Runs(log);
  const host = {limit: () => 0, activeRuns: () => [], start: () => Promise.reject(new Error('nothing is started'))};
  const store = memento() as unknown as vscode.Memento;
  const configs = new ConfigFiles(log);
  const studies = new Studies(configs, runs, log);
  const tree = new ExperimentsTree({runs, configs, studies, queue: new JobQueue(host, store)}, store);
  const begin = performance.now();
  let [first, all] = [NaN, NaN];
  runs.onDidChangeList(() => {
    all = performance.now() - begin;
    if (Number.isNaN(first) && runs.all().length > 0) first = all;
  });
  await runs.setOutputs([output]);
  const roots = await tree.getChildren();
  for (const root of roots) for (const run of await tree.getChildren(root)) tree.getTreeItem(run);
  const whole = performance.now() - begin;
  const {stall} = watcher.take();
  const compare = await timeToSnapshot(runs);
  const {stall: compareStall, memory} = watcher.end();
  tree.dispose();
  runs.dispose();
  return {first, all, whole, stall, compare, compareStall, memory};
}

async function timeToSnapshot(runs: Runs): Promise<number> {
  await turn();
  const begin = performance.now();
  let snapshot = NaN;
  const post = ({type}: {type: string}) => {
    if (type === 'snapshot') snapshot = performance.now() - begin;
  };
  const actions = {isTrusted: () => true} as PanelActions;
  const session = new PanelSession(compareScope(runs, {all: () => []}), {post, source: (file) => file}, actions, null);
  session.receive({type: 'ready'});
  await session.idle();
  session.dispose();
  return snapshot;
}
