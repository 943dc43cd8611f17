import {isJudged} from '../../trainer/contract/matrix/judgedScores.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {StudySummary, StudyTableState, StudyView} from '../../trainer/contract/panel/studyViews.ts';
import {sharedTrainings, studyRuns, studyText} from '../../trainer/contract/studies/studyProgress.ts';
import {saveCsv} from '../charts/saveCsv.ts';
import {element, message, Region, setText} from '../dom.ts';
import type {Panel, Tab} from '../panel.ts';
import {nextOrder} from '../sortHead.ts';
import type {PanelState} from '../state.ts';
import {button, checkbox, dropdown} from '../toolkit.ts';
import {benchmarkTable} from './benchmarkTable.ts';
import {cellSettings} from './cellSettings.ts';
import {matrixModels, matrixTable, studyTable} from './matrixTable.ts';
import {studyCharts} from './studyCharts.ts';
import {studyCsv, studyMarkdown} from './studyExport.ts';
import {runStateText, studyRunsView} from './studyRunsView.ts';
import type {StudyTable} from './studyTable.ts';
import {studyTableView} from './studyTableView.ts';
import {studyVerdict} from './studyVerdict.ts';

/** Studies, matrices and benchmarks that the runs belong to: what they conclude, their tables, charts, images and runs. */
export class StudiesTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #bar = new Region(element('div', {class: 'bar'}));
  readonly #told = element('p', {class: 'message', role: 'status'});
  readonly #verdict = new Region(element('div'));
  readonly #table = new Region(element('div'));
  readonly #figures = new Region(element('div'));
  readonly #runs = new Region(element('div'));
  /** The last that was read, which is shown until a newer one is here. */
  #known: StudyView | null = null;
  /** What was last asked for, also where that has failed, so that it is not asked for again and again. */
  #asked = '';
  #themes = 0;

  constructor(panel: Panel) {
    this.#panel = panel;
    const parts = [this.#verdict, this.#table, this.#figures, this.#runs].map(({root}) => root);
    this.root = element('div', {}, element('h2', {}, 'Studies'), this.#bar.root, this.#told, ...parts);
  }

  update(state: PanelState): void {
    const {studies, page} = state;
    const summary = studies.find(({path}) => path === page.studies.path) ?? studies.at(-1);
    if (summary !== undefined) this.#need(summary);
    const view = this.#known?.path === summary?.path ? this.#known : null;
    this.#showBar(studies, summary, view, page.studies);
    setText(this.#told, toldOf(summary, view));
    const runs = runsByName(state, view);
    const table = view && tableOf(view, page.studies, runs);
    this.#showVerdict(view);
    this.#table.show([table, page.studies.order], () =>
      table === null ? [] : [studyTableView(table, page.studies.order, (column) => this.#sortBy(column))],
    );
    this.#showFigures(view, table);
    this.#showRuns(view, runs);
  }

  restyle(): void {
    // The charts are pictures in the colours of the theme.
    this.#themes++;
  }

  #need({path, changed, problem}: StudySummary): void {
    const wanted = `${path}\n${changed}`;
    if (problem !== null || wanted === this.#asked) return;
    this.#asked = wanted;
    void this.#panel.request({kind: 'study', path}, 'Could not read the table').then((reply) => {
      if (reply?.kind !== 'study' || wanted !== this.#asked) return;
      this.#known = reply.study;
      this.#panel.setPage({});
    });
  }

  #showBar(
    studies: readonly StudySummary[],
    summary: StudySummary | undefined,
    view: StudyView | null,
    chosen: StudyTableState,
  ): void {
    const names = studies.map(({path, kind, name, text}) => ({value: path, label: `${name}: ${kind}, ${text}`}));
    const content = view?.content;
    const models = content?.kind === 'matrix' ? matrixModels(content.result) : [];
    this.#bar.show([names, summary?.path, models, chosen.model, chosen.settings, content?.kind], () => [
      names.length < 2 || summary === undefined
        ? null
        : dropdown('Table', [...names].reverse(), summary.path, (path) => this.#set({path, order: null})),
      models.length < 2
        ? null
        : dropdown(
            'Model',
            models.map((model) => ({value: model, label: model})),
            modelOf(models, chosen),
            (model) => this.#set({model}),
          ),
      content?.kind === 'matrix'
        ? checkbox('Settings that differ', chosen.settings, (settings) => this.#set({settings}))
        : null,
      ...(content === undefined
        ? []
        : [button('Save CSV', () => void this.#save()), button('Copy as Markdown', () => void this.#copy())]),
    ]);
  }

  #showVerdict(view: StudyView | null): void {
    this.#verdict.show([view?.path, view?.changed], () => {
      if (view === null) return [];
      const {outcome, conclusions, details} = studyVerdict(view.content);
      const icon = element('span', {class: `codicon codicon-${icons[outcome]}`, 'aria-hidden': 'true'});
      const sentences = conclusions.map((text) => element('p', {class: 'headline'}, text));
      const box = element('div', {class: 'verdict', 'data-outcome': outcome}, icon, element('div', {}, ...sentences));
      const list = element('ul', {}, ...details.map((text) => element('li', {}, text)));
      return [
        element('section', {class: 'summary', 'aria-label': 'Verdict'}, box),
        details.length === 0
          ? null
          : element('details', {open: details.length <= 2}, element('summary', {}, 'How far each is from which'), list),
        sharedText(view),
      ];
    });
  }

  #showFigures(view: StudyView | null, table: StudyTable | null): void {
    this.#figures.show([view?.path, view?.changed, table, this.#themes], () => {
      if (view === null || table === null) return [];
      const keys = table.columns
        .map(({key}) => key)
        .filter((key) => isJudged(key) || view.content.kind === 'benchmark');
      const charts = studyCharts(table, keys);
      const pictures = view.pictures.map(({cell, alt, source}) =>
        element(
          'figure',
          {class: 'differing'},
          element('figcaption', {}, `${cell === '' ? 'Above base, below merged' : `Above base, below merged ${cell}`}`),
          element('img', {src: source, alt}),
        ),
      );
      return [
        ...(charts.length > 0 ? [element('h2', {}, 'Charts'), element('div', {class: 'study-charts'}, ...charts)] : []),
        ...(pictures.length > 0
          ? [element('h2', {}, 'Images that differ most'), element('div', {class: 'study-pictures'}, ...pictures)]
          : []),
      ];
    });
  }

  #showRuns(view: StudyView | null, runs: (id: string) => RunView | undefined): void {
    const all = view === null ? [] : studyRuns(view.content);
    const states = all.map((each) => runStateText(each, each.run === null ? undefined : runs(each.run)));
    const paths = all.map(({run}) => (run === null ? '' : runs(run)?.path));
    this.#runs.show([view?.path, view?.changed, states, paths], () =>
      all.length === 0 ? [] : [element('h2', {}, 'Runs'), studyRunsView(all, runs, ({path}) => this.#openRun(path))],
    );
  }

  #openRun(path: string): void {
    this.#panel.setPage({selected: path, range: null, tab: 'overview'});
  }

  #sortBy(column: string): void {
    this.#set({order: nextOrder(this.#panel.state.page.studies.order, column)});
  }

  #set(change: Partial<StudyTableState>): void {
    this.#panel.setPage({studies: {...this.#panel.state.page.studies, ...change}});
  }

  #shown(): {readonly name: string; readonly table: StudyTable} | null {
    const {page} = this.#panel.state;
    const view = this.#known;
    if (view === null) return null;
    const {content} = view;
    const name = content.kind === 'benchmark' ? content.result.benchmark : content.result.name;
    return {name: `${name}-${content.kind}`, table: tableOf(view, page.studies, runsByName(this.#panel.state, view))};
  }

  async #save(): Promise<void> {
    const shown = this.#shown();
    if (shown !== null) await saveCsv(this.#panel, `${shown.name}.csv`, studyCsv(shown.table));
  }

  async #copy(): Promise<void> {
    const shown = this.#shown();
    if (shown === null) return;
    await navigator.clipboard.writeText(studyMarkdown(shown.name, shown.table));
    this.#panel.dispatch({type: 'notice', text: `Copied the table of ${shown.name} as Markdown`});
  }
}

const icons = {better: 'pass', noise: 'info', running: 'sync', failed: 'error'} as const;

function modelOf(models: readonly string[], {model}: StudyTableState): string {
  return models.includes(model) ? model : (models[0] ?? 'merged');
}

function tableOf({content}: StudyView, chosen: StudyTableState, runs: (id: string) => RunView | undefined): StudyTable {
  if (content.kind === 'benchmark') return benchmarkTable(content.result);
  const {result} = content;
  if (content.kind === 'study') return studyTable(result);
  const settings = chosen.settings ? cellSettings(result.rows, runs) : undefined;
  return matrixTable(result, modelOf(matrixModels(result), chosen), settings);
}

/** Finds the runs of a study that this panel has. */
function runsByName({runs}: PanelState, view: StudyView | null): (id: string) => RunView | undefined {
  const byPath = new Map(runs.map((run) => [run.path, run]));
  return (id) => byPath.get(view?.runs[id] ?? '');
}

function toldOf(summary: StudySummary | undefined, view: StudyView | null): string {
  if (summary === undefined) {
    return 'No study, matrix or benchmark has runs of this experiment. "DeMe: Run Study..." asks whether merging helps here, "DeMe: Run Matrix..." compares settings.';
  }
  const name = `${summary.kind.charAt(0).toUpperCase()}${summary.kind.slice(1)} of ${summary.name}`;
  if (summary.problem !== null) return `${name} cannot be read. ${summary.problem}`;
  return view === null ? `Reading the ${summary.kind} of ${summary.name}.` : `${name}: ${studyText(view.content)}`;
}

/** What several runs shared was done once. */
function sharedText({content}: StudyView): HTMLElement | null {
  const shared = sharedTrainings(content);
  if (shared === null) return null;
  const {done, takenOver} = shared;
  return message(`${done} trainings were done; ${takenOver} were shared, taken over from another run.`);
}
