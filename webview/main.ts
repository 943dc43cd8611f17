import '../trainer/contract/withoutEval.ts';
import {toErrorRecord} from '../trainer/contract/errors.ts';
import type {PanelReply, PanelRequest} from '../trainer/contract/panel/panel.ts';
import type {PageState} from '../trainer/contract/panel/panelPage.ts';
import type {PreviewCommand} from '../trainer/contract/panel/preview.ts';
import {CompareTab} from './compare/compareTab.ts';
import {element} from './dom.ts';
import {EvaluationTab} from './evaluation/evaluationTab.ts';
import {GlossaryDialog} from './glossary/glossaryDialog.ts';
import {Header} from './header.ts';
import {Host} from './host.ts';
import {LossesTab} from './losses/lossesTab.ts';
import {MergeTab} from './merge/mergeTab.ts';
import {OverviewTab} from './overview/overviewTab.ts';
import type {Panel} from './panel.ts';
import {RunsTab} from './runs/runsTab.ts';
import {SamplesTab} from './samples/samplesTab.ts';
import {initialState, reduce, selectedRun, type PanelAction, type PanelState} from './state.ts';
import {StudiesTab} from './studies/studiesTab.ts';
import {SystemTab} from './system/systemTab.ts';
import {Tabs} from './tabs.ts';
import {onThemeChange} from './theme.ts';
import {registerControls} from './toolkit.ts';
import {watchOf} from './watch.ts';

/** The least time between two saves: a slider makes many changes. */
const saveMilliseconds = 300;

/** The page: holds the state, asks the extension for the data in view, and draws at most once per frame. */
class Page implements Panel {
  readonly #host = new Host((news) => this.dispatch(news));
  readonly #glossary = new GlossaryDialog();
  readonly #header = new Header(this, () => this.#glossary.open());
  readonly #tabs: Tabs;
  #state: PanelState = initialState(this.#host.saved);
  #isFrameDue = false;
  /** Since the last save; undefined where that is long ago. */
  #saveTimer: number | undefined;
  #isSaveDue = false;

  constructor(root: HTMLElement) {
    // The extension reads the run while the page is made.
    this.#host.ready();
    this.#tabs = new Tabs(this, {
      overview: () => new OverviewTab(this),
      losses: () => new LossesTab(this),
      samples: () => new SamplesTab(this),
      merge: () => new MergeTab(this),
      evaluation: () => new EvaluationTab(this),
      runs: () => new RunsTab(this),
      compare: () => new CompareTab(this),
      studies: () => new StudiesTab(this),
      system: () => new SystemTab(this),
    });
    root.append(this.#header.root, element('main', {}, this.#tabs.root), this.#glossary.root);
    window.addEventListener('resize', () => this.#draw());
    document.addEventListener('visibilitychange', () => this.#draw());
    onThemeChange(() => {
      this.#tabs.restyle();
      this.#draw();
    });
    this.#draw();
  }

  get state(): PanelState {
    return this.#state;
  }

  dispatch(action: PanelAction): void {
    const run = selectedRun(this.#state)?.path;
    this.#state = reduce(this.#state, action);
    const now = selectedRun(this.#state)?.path;
    if (now !== undefined && now !== run) this.#host.select(now);
    if (action.type === 'page' || action.type === 'showStudy' || action.type === 'showCompared') this.#saveSoon();
    this.#draw();
  }

  setPage(change: Partial<PageState>): void {
    this.dispatch({type: 'page', change});
  }

  async request(request: PanelRequest, doing: string): Promise<PanelReply | null> {
    // What the editor opens for it may lie over the page, which ends then.
    if (this.#isSaveDue) this.#save();
    try {
      return await this.#host.request(request);
    } catch (error) {
      const record = toErrorRecord(error);
      this.dispatch({type: 'error', error: {...record, message: `${doing}: ${record.message}`}});
      return null;
    }
  }

  preview(command: PreviewCommand): void {
    this.#host.preview(command);
    this.dispatch({type: 'previewCommand', command});
  }

  needDetails(run: string): void {
    if (this.#state.details.has(run)) return;
    this.dispatch({type: 'details', run, state: {kind: 'asked'}});
    this.refreshDetails(run);
  }

  refreshDetails(run: string): void {
    this.#host.request({kind: 'details', run}).then(
      (reply) => {
        if (reply.kind === 'details')
          this.dispatch({type: 'details', run, state: {kind: 'there', details: reply.details}});
      },
      (error: unknown) => this.dispatch({type: 'details', run, state: {kind: 'failed', error: toErrorRecord(error)}}),
    );
  }

  #draw(): void {
    if (this.#isFrameDue) return;
    this.#isFrameDue = true;
    requestAnimationFrame(() => {
      this.#isFrameDue = false;
      if (document.hidden) return;
      this.#header.update(this.#state);
      this.#tabs.update(this.#state);
      if (this.#state.isReady) this.#host.watch(watchOf(this.#state, this.#tabs.root.clientWidth));
      if (this.#state.isReady && this.#host.saved === undefined) this.#save();
    });
  }

  /** At once where nothing was saved lately: the editor throws the page away whenever another tab is in front. */
  #saveSoon(): void {
    this.#isSaveDue = true;
    if (this.#saveTimer !== undefined) return;
    // Before that it is not known which run is shown.
    if (this.#state.isReady) this.#save();
    this.#saveTimer = window.setTimeout(() => {
      this.#saveTimer = undefined;
      if (this.#isSaveDue) this.#saveSoon();
    }, saveMilliseconds);
  }

  /** Always saves the path of a run, also if none was selected and the newest is shown: it identifies the experiment after a restart. */
  #save(): void {
    this.#isSaveDue = false;
    const {page} = this.#state;
    this.#host.save({...page, selected: page.selected ?? selectedRun(this.#state)?.path ?? null});
  }
}

registerControls();
const root = document.getElementById('panel');
if (root !== null) new Page(root);
