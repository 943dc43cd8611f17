import * as vscode from 'vscode';
import {DisposableStore} from './disposable.ts';
import {estimatedLeftText} from '../trainer/contract/durationText.ts';
import {percentText} from '../trainer/contract/percentText.ts';
import type {JobQueue, JobState} from './runs/jobQueue.ts';
import {isActiveRun, type Run} from './runs/run.ts';
import {runStateText} from './runs/runText.ts';
import type {Runs} from './runs/runs.ts';
import {onSettingsChange, settings} from './settings.ts';

/** The one status bar item: what runs and how long it still takes. Not there where there are no runs. */
export function registerStatusBar(runs: Runs, queue: JobQueue): vscode.Disposable {
  const owned = new DisposableStore();
  const item = owned.add(vscode.window.createStatusBarItem('deme.status', vscode.StatusBarAlignment.Left, 10));
  item.name = 'DeMe';
  const show = () => {
    const count = (wanted: JobState) => queue.all().filter(({state}) => state === wanted).length;
    const content = statusContent(runs.all(), count('queued'), count('starting'));
    if (content === null || !settings.statusBar()) return item.hide();
    item.text = content.text;
    item.tooltip = content.tooltip;
    item.accessibilityInformation = {label: content.label};
    item.command = {command: 'deme.openPanel', title: 'Open Panel', arguments: content.run ? [content.run.path] : []};
    item.show();
  };
  owned.add(runs.onDidChange(show));
  owned.add(runs.onDidChangeList(show));
  owned.add(queue.onDidChange(show));
  owned.add(onSettingsChange(['statusBar.enabled'], show));
  return owned;
}

/** What the item shows; null for nothing. */
export interface StatusContent {
  readonly text: string;
  readonly tooltip: string;
  /** The text in words. */
  readonly label: string;
  readonly run: Run | null;
}

/** The text for these runs: of the newest active one, or else the last; with the numbers of jobs that wait and that are starting. */
export function statusContent(runs: readonly Run[], waiting: number, starting = 0): StatusContent | null {
  const active = runs.filter(isActiveRun);
  const run = active.at(-1) ?? runs.at(-1) ?? null;
  if (run === null && waiting + starting === 0) return null;
  const more = [
    ...(active.length > 1 ? [`${active.length} runs`] : []),
    ...(starting > 0 ? [`${starting} starting`] : []),
    ...(waiting > 0 ? [`${waiting} queued`] : []),
  ];
  const tooltip = [...(run === null ? [] : [`${run.record.id}: ${runStateText(run)}`]), ...more].join('\n');
  const words = active.length === 0 ? more : [...shortState(run), ...more];
  const text = [icon(active.length > 0, run), 'DeMe', ...(words.length === 0 ? [] : [words.join(', ')])].join(' ');
  return {text, tooltip, label: `DeMe, ${tooltip.replaceAll('\n', ', ')}`, run};
}

function shortState(run: Run | null): string[] {
  if (run?.state === null || run === null) return [];
  const {state, progress} = run.state;
  const share = state === 'running' ? percentText(progress) : `${state} at ${percentText(progress)}`;
  return [share, ...(run.state.left ? [estimatedLeftText(run.state.left)] : [])];
}

function icon(isActive: boolean, run: Run | null): string {
  if (!isActive) return '$(beaker)';
  return run?.state?.state === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
}
