import {randomBytes} from 'node:crypto';
import {dirname} from 'node:path';
import * as vscode from 'vscode';
import {SavedPanel} from '../../trainer/contract/panel/panel.ts';
import {DisposableStore} from '../disposable.ts';
import type {Run} from '../runs/run.ts';
import type {Runs} from '../runs/runs.ts';
import type {Studies} from '../studies/studies.ts';
import {panelActions, type TrainerActions} from './panelActions.ts';
import {panelHtml} from './panelHtml.ts';
import {compareScope, experimentScope} from './panelScope.ts';
import type {PanelScope} from './panelRequests.ts';
import {PanelSession} from './panelSession.ts';
import type {ShownFirst} from './panelWish.ts';

export const panelType = 'deme.experiment';

/** Opens the panel of a run's experiment, or without a run the one that compares all runs. */
export interface ExperimentPanels {
  open(run?: Run, shown?: ShownFirst): void;
}

/** What panels show. */
export interface PanelSources {
  readonly runs: Runs;
  readonly studies: Studies;
}

/** Registers the panels: one for each experiment and one for comparing, brought back after a restart. */
export function registerPanel(
  context: vscode.ExtensionContext,
  {runs, studies}: PanelSources,
  trainer: TrainerActions,
): ExperimentPanels {
  const panels = new Map<string, OpenPanel>();
  const show = (scope: PanelScope, selected: string | null, shown?: vscode.WebviewPanel): OpenPanel => {
    const key = panelKey(scope, selected);
    const open = panels.get(key);
    if (open !== undefined && shown === undefined) {
      open.reveal(selected);
      return open;
    }
    const panel = new OpenPanel(context.extensionUri, {runs, studies}, scope, trainer, selected, shown);
    panels.set(key, panel);
    panel.onDidDispose(() => panels.delete(key));
    return panel;
  };
  const scopeOf = (path: string | null) =>
    path === null ? compareScope(runs, studies) : experimentScope(runs, path, studies);
  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(panelType, {
      deserializeWebviewPanel: async (panel, state) => {
        const saved = SavedPanel.safeParse(state);
        const selected = saved.success ? saved.data.selected : null;
        const isExperiment = saved.success && saved.data.scope === 'experiment' && selected !== null;
        show(isExperiment ? scopeOf(selected) : scopeOf(null), selected, panel);
      },
    }),
    {dispose: () => [...panels.values()].forEach((panel) => panel.dispose())},
  );
  return {
    open: (run, {study, compared} = {}) => {
      const panel = show(scopeOf(run?.path ?? null), run?.path ?? null);
      if (study !== undefined) panel.showStudy(study);
      if (compared !== undefined) panel.compare(compared);
    },
  };
}

/** One panel for an experiment, whichever of its runs it shows. */
function panelKey({kind, title}: PanelScope, selected: string | null): string {
  return kind === 'compare' || selected === null ? 'compare' : `${dirname(selected)}/${title}`;
}

/** A webview with the session behind it. */
class OpenPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #session: PanelSession;
  readonly #owned = new DisposableStore();

  constructor(
    extension: vscode.Uri,
    sources: PanelSources,
    scope: PanelScope,
    trainer: TrainerActions,
    selected: string | null,
    shown: vscode.WebviewPanel | undefined,
  ) {
    this.#panel = shown ?? createPanel(scope.title);
    const {webview} = this.#panel;
    const bundle = vscode.Uri.joinPath(extension, 'dist');
    webview.options = {enableScripts: true, localResourceRoots: [bundle, ...outputFolders(scope, selected)]};
    const source = (file: string) => webview.asWebviewUri(vscode.Uri.file(file)).toString();
    const actions = panelActions(trainer, (address) => fileOfSource(address, scope, source));
    const page = {post: (message: unknown) => void webview.postMessage(message), source};
    this.#session = new PanelSession(scope, page, actions, selected);
    this.#follow(sources, scope);
    webview.html = panelHtml({
      script: webview.asWebviewUri(vscode.Uri.joinPath(bundle, 'webview.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(bundle, 'webview.css')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
    });
  }

  reveal(selected: string | null): void {
    this.#panel.reveal();
    if (selected !== null) this.#session.select(selected);
  }

  showStudy(path: string): void {
    this.#session.studies.show(path);
  }

  compare(runs: readonly string[]): void {
    this.#session.wish.show({type: 'showCompared', runs: [...runs]});
  }

  onDidDispose(act: () => void): void {
    this.#panel.onDidDispose(act);
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #follow({runs, studies}: PanelSources, scope: PanelScope): void {
    let known = new Set(scope.runs().map(({path}) => path));
    const {webview} = this.#panel;
    this.#owned.add({dispose: () => this.#session.dispose()});
    this.#owned.add(webview.onDidReceiveMessage((message: unknown) => this.#session.receive(message)));
    this.#owned.add(this.#panel.onDidChangeViewState(() => this.#session.setVisible(this.#panel.visible)));
    this.#owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#session.receive({type: 'ready'})));
    this.#owned.add(runs.onDidChange(({path}) => this.#session.runChanged(path)));
    this.#owned.add(studies.onDidChange(() => this.#session.studies.changed()));
    this.#owned.add(
      runs.onDidChangeList(() => {
        const now = new Set(scope.runs().map(({path}) => path));
        for (const path of known) if (!now.has(path)) this.#session.runRemoved(path);
        known = now;
        this.#session.studies.changed();
      }),
    );
    this.#panel.onDidDispose(() => this.#owned.dispose());
  }
}

function createPanel(title: string): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(panelType, `DeMe: ${title}`, vscode.ViewColumn.Active);
}

/** Pictures lie in run folders. New ones come up beside those that are there, and the roots cannot be changed without a reload. */
function outputFolders(scope: PanelScope, selected: string | null): vscode.Uri[] {
  const runs = [...scope.runs().map(({path}) => path), ...(selected === null ? [] : [selected])];
  return [...new Set(runs.map(dirname))].map((folder) => vscode.Uri.file(folder));
}

/** The file behind an address that the page was given; only files of runs are. */
function fileOfSource(address: string, scope: PanelScope, source: (file: string) => string): string {
  const roots = [...new Set(scope.runs().map(({path}) => path))];
  const [plain = ''] = address.split('?');
  const root = roots.find((path) => plain.startsWith(`${source(path)}/`));
  return root === undefined ? '' : root + decodeURIComponent(plain.slice(source(root).length));
}
