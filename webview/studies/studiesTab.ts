import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {StudySummary, StudyTableState, StudyView} from '../../trainer/contract/panel/studyViews.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import {studyRuns} from '../../trainer/contract/studies/studyProgress.ts';
import {saveCsv} from '../charts/saveCsv.ts';
import {element, Region, setText} from '../dom.ts';
import type {Panel, Tab} from '../panel.ts';
import {nextOrder} from '../sortHead.ts';
import type {PanelState} from '../state.ts';
import {button, checkbox, dropdown} from '../toolkit.ts';
import {benchmarkTable} from './benchmarkTable.ts';
import {cellSettings} from './cellSettings.ts';
import {matrixModels, matrixTable, studyTable} from './matrixTable.ts';
import {studyCsv, studyMarkdown} from './studyExport.ts';
import {studyFigures} from './studyFigures.ts';
import {runStateText, studyRunsView} from './studyRunsView.ts';
import type {StudyTable} from './studyTable.ts';
import {studyTableView} from './studyTableView.ts';
import {titleOf, toldOf} from './studyTexts.ts';
import {verdictParts} from './verdictView.ts';

/** Studies, matrices and benchmarks that the runs belong to: what they conclude, their tables, charts, images and runs. */
export class StudiesTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #heading = element('h2', {}, 'Studies');
  readonly #choice = new Region(element('div', {class: 'bar'}));
  readonly #told = element('p', {class: 'message', role: 'status'});
  readonly #verdict = new Region(element('div'));
  readonly #bar = new Region(element('div', {class: 'bar'}));
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
    const parts = [this.#verdict, this.#bar, this.#table, this.#figures, this.#runs].map(({root}) => root);
    this.root = element('div', {}, this.#choice.root, this.#heading, this.#told, ...parts);
  }

  update(state: PanelState): void {
    const {studies, page} = state;
    const summary = studies.find(({path}) => path === page.studies.path) ?? studies.at(-1);
    if (summary !== undefined) this.#need(summary);
    const view = this.#known?.path === summary?.path ? this.#known : null;
    this.#showChoice(studies, summary);
    this.#showBar(view, page.studies);
    setText(this.#heading, summary === undefined ? 'Studies' : titleOf(summary));
    setText(this.#told, toldOf(summary, view));
    const runs = runsByName(state, view);
    const table = view && tableOf(view, page.studies, runs);
    this.#showVerdict(view);
    this.#table.show([table, page.studies.order], () =>
      table === null || table.rows.length === 0
        ? []
        : [studyTableView(table, page.studies.order, (column) => this.#sortBy(column))],
    );
    this.#showFigures(view, table);
    this.#showRuns(view, runs);
  }

  restyle(): void {
    // The charts are pictures in the colours of the theme.
    this.#themes++;
  }

  /** Asks anew when the file was written, and when more of its runs are known. */
  #need({path, changed, problem, runs}: StudySummary): void {
    const wanted = JSON.stringify([path, changed, runs]);
    if (problem !== null || wanted === this.#asked) return;
    this.#asked = wanted;
    void this.#panel.request({kind: 'study', path}, 'Could not read the table').then((reply) => {
      if (reply?.kind !== 'study' || wanted !== this.#asked) return;
      this.#known = reply.study;
      this.#panel.setPage({});
    });
  }

  #showChoice(studies: readonly StudySummary[], shown: StudySummary | undefined): void {
    const names = studies.map(({path, kind, name, text}) => ({value: path, label: `${name}: ${kind}, ${text}`}));
    this.#choice.root.hidden = names.length < 2;
    this.#choice.show([names, shown?.path], () =>
      shown === undefined
        ? []
        : [dropdown('Table', [...names].reverse(), shown.path, (path) => this.#set({path, order: null}))],
    );
  }

  #showBar(view: StudyView | null, chosen: StudyTableState): void {
    const content = view?.content;
    const models = content?.kind === 'matrix' ? matrixModels(content.result) : [];
    this.#bar.show([models, chosen.model, chosen.settings, content?.kind], () => {
      if (content === undefined) return [];
      const choices = models.map((model) => ({value: model, label: stageTitle(model, [])}));
      return [
        models.length < 2 ? null : dropdown('Model', choices, modelOf(models, chosen), (model) => this.#set({model})),
        content.kind === 'matrix'
          ? checkbox('Settings that differ', chosen.settings, (settings) => this.#set({settings}))
          : null,
        button('Save CSV', () => void this.#save()),
        button('Copy as Markdown', () => void this.#copy()),
      ];
    });
  }

  #showVerdict(view: StudyView | null): void {
    this.#verdict.show([view?.path, view?.changed], () => (view === null ? [] : verdictParts(view.content)));
  }

  #showFigures(view: StudyView | null, table: StudyTable | null): void {
    this.#figures.show([view?.path, view?.changed, view?.pictures, table, this.#themes], () =>
      view === null || table === null ? [] : studyFigures(view, table),
    );
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
