import {dirname} from 'node:path';
import * as vscode from 'vscode';
import {DisposableStore} from '../disposable.ts';
import type {JobQueue} from '../runs/jobQueue.ts';
import {configFileOf} from '../runs/run.ts';
import type {Runs} from '../runs/runs.ts';
import type {Studies} from '../studies/studies.ts';
import {onSettingsChange, settings} from '../settings.ts';
import {allConfigs} from './configEditor.ts';
import type {ConfigWork} from './lenses.ts';

/** Lenses are redrawn at most that often while something runs. */
const refreshMilliseconds = 1000;

/** What lenses tell of. */
export interface LensSources {
  readonly runs: Runs;
  readonly queue: JobQueue;
  readonly studies: Studies;
}

/** Code lenses in config files, with the state of the work that they start. */
export function registerLenses(sources: LensSources): vscode.Disposable {
  const owned = new DisposableStore();
  const lenses = owned.add(new LensProvider(sources));
  owned.add(vscode.languages.registerCodeLensProvider(allConfigs, lenses));
  return owned;
}

class LensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #runs: Runs;
  readonly #queue: JobQueue;
  readonly #studies: Studies;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #owned = new DisposableStore();
  #timer: NodeJS.Timeout | null = null;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor({runs, queue, studies}: LensSources) {
    this.#runs = runs;
    this.#queue = queue;
    this.#studies = studies;
    const refresh = () => this.#refresh();
    this.#owned.add(this.#changed);
    this.#owned.add(runs.onDidChange(refresh));
    this.#owned.add(runs.onDidChangeList(refresh));
    this.#owned.add(queue.onDidChange(refresh));
    this.#owned.add(studies.onDidChange(refresh));
    this.#owned.add(onSettingsChange(['codeLens.enabled'], refresh));
    this.#owned.add(vscode.workspace.onDidGrantWorkspaceTrust(refresh));
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!settings.codeLens(document.uri)) return [];
    const {lensesOf} = await import('./lenses.ts');
    const work = await this.#workOf(document);
    return lensesOf(document.getText(), work).map(({line, title, tooltip, command, rest}) => {
      const range = new vscode.Range(line - 1, 0, line - 1, 0);
      return new vscode.CodeLens(range, {title, tooltip, command, arguments: [document.uri, ...rest]});
    });
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  async #workOf(document: vscode.TextDocument): Promise<ConfigWork> {
    const {uri} = document;
    const isFile = uri.scheme === 'file';
    const run = this.#runs.all().findLast((each) => configFileOf(each) === uri.fsPath) ?? null;
    const isOwn = ({request, state}: ReturnType<JobQueue['all']>[number]) =>
      state !== 'running' && request.action === 'start' && request.config === uri.fsPath;
    const jobs = this.#queue.all().filter(isOwn);
    const canRun = isFile && vscode.workspace.isTrusted;
    const {isStudyOf} = await import('../studies/studyRuns.ts');
    const studies = isFile ? this.#studies.all().filter((study) => isStudyOf(study, uri.fsPath)) : [];
    return {run, jobs, studies, canRun, timesteps: isFile ? await timestepsOf(document.getText(), uri.fsPath) : null};
  }

  #refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changed.fire();
    }, refreshMilliseconds);
  }
}

async function timestepsOf(text: string, file: string): Promise<number | null> {
  const [{outlineConfig}, {baseTimesteps}] = await Promise.all([
    import('../../trainer/contract/config/configOutline.ts'),
    import('./baseModel.ts'),
  ]);
  return baseTimesteps(outlineConfig(text).value, dirname(file));
}
