import {sameAsBase, type MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import type {RunDetails, RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {element, setText} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import type {WorkbenchSetting} from '../../../trainer/contract/panel/workbenchSetting.ts';
import type {PanelState} from '../../state.ts';
import {button, setDisabled} from '../../toolkit.ts';
import {PreviewGrid} from '../preview/previewGrid.ts';
import {PreviewView} from '../preview/previewView.ts';
import {canRedo, canUndo, currentSetting} from './settingHistory.ts';
import {WeightSliders} from './weightSliders.ts';
import {mergeSetting} from './workbenchSetting.ts';
import {untrainedExperts} from './untrainedExperts.ts';
import {noWorkbench, reduceWorkbench, type WorkbenchAction} from './workbenchState.ts';

/** A moving slider makes many settings; samples are requested at most this often. */
const drawMilliseconds = 50;

/** The workbench for merges: sliders with undo, a live preview, an XY grid, and buttons to save a merge. */
export class MergeWorkbench {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #sliders = new WeightSliders(
    (control, change) => this.#act({kind: 'change', control, time: performance.now(), change}),
    () => this.#show(),
  );
  readonly #view: PreviewView;
  readonly #grid: PreviewGrid;
  readonly #note = element('p', {class: 'message', role: 'status'});
  readonly #result = element('p', {class: 'message', role: 'status'});
  readonly #undo = button('Undo', () => this.#act({kind: 'undo'}), {title: 'Undo (Ctrl+Z)'});
  readonly #redo = button('Redo', () => this.#act({kind: 'redo'}), {title: 'Redo (Ctrl+Shift+Z)'});
  readonly #merge = button('Merge and save', () => void this.#saveNow(), {appearance: 'primary'});
  readonly #exact = button('Save exactly this', () => void this.#save(this.#panel.state.preview.mergedSetting));
  readonly #about = element(
    'p',
    {class: 'message'},
    '“Merge and save” takes the settings as they stand here, “Save exactly this” those of the preview whose pictures you see, which may be a moment behind.',
  );
  #state = noWorkbench;
  /** Experts that are not trained yet. */
  #untrained: readonly string[] = [];
  #mergedMore = false;
  #isBusy = false;
  #wasReady = false;
  /** Timer of the drawing that is due. */
  #due: number | null = null;
  /** Whether a drawing waits for the grid that was ordered before it was due. */
  #isAfterGrid = false;
  #lastId = 0;

  /** `onWeights` is called after a change of the setting. */
  constructor(
    panel: Panel,
    readonly onWeights: () => void,
  ) {
    this.#panel = panel;
    this.#view = new PreviewView(panel, () => this.#draw());
    this.#grid = new PreviewGrid(panel, {
      setting: () => this.#setting,
      choice: () => this.#view.choice,
      nextId: () => {
        this.#postpone();
        return ++this.#lastId;
      },
    });
    const buttons = element('div', {class: 'bar'}, this.#undo, this.#redo, this.#merge, this.#exact);
    const controls = element('div', {}, this.#sliders.root, this.#note, buttons, this.#about, this.#result);
    const seen = element('div', {class: 'workbench-seen'}, this.#view.root);
    const columns = element('div', {class: 'workbench-columns'}, controls, seen);
    const attributes = {class: 'workbench', role: 'group', 'aria-label': 'Merge workbench'};
    this.root = element('div', attributes, columns, this.#grid.root);
    this.root.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Shows a run. A new run, or a new merge of it, replaces the setting. */
  update(state: PanelState, run: RunView, {merge, report, weights}: RunDetails): void {
    const before = this.#state;
    this.#untrained = untrainedExperts(run, {report});
    this.#mergedMore = (weights?.search?.checkpoints?.weights.length ?? 0) > 0;
    this.#state = reduceWorkbench(before, {kind: 'show', run, merge, kept: state.page.merge});
    const {preview} = state;
    if (preview.run !== null && preview.run !== run.path) this.#panel.preview({kind: 'stop'});
    const isReady = preview.phase === 'ready';
    if (this.#state !== before) this.#result.textContent = '';
    if (this.#state !== before || (isReady && !this.#wasReady)) this.#draw();
    this.#wasReady = isReady;
    this.#show();
  }

  get #setting(): WorkbenchSetting {
    return currentSetting(this.#state.history);
  }

  /** The weight of every expert; null where the field holds no number. */
  get weights(): readonly (number | null)[] {
    return this.#setting.weights;
  }

  /** Sets the weights of all experts, for charts on which weights can be chosen. */
  setWeights(weights: readonly (number | null)[]): void {
    this.#act({
      kind: 'change',
      control: 'weights',
      time: performance.now(),
      change: (before) => ({...before, weights}),
    });
  }

  #act(action: WorkbenchAction): void {
    this.#state = reduceWorkbench(this.#state, action);
    const {run} = this.#state;
    const setting = this.#setting;
    if (run !== null && mergeSetting(setting) !== null) this.#panel.setPage({merge: {run: run.path, setting}});
    this.#draw();
    this.#show();
    this.onWeights();
  }

  #onKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || this.#view.isTyping) return;
    const key = event.key.toLowerCase();
    const way = key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : null;
    if (way === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#act({kind: way});
  }

  #show(): void {
    const {state} = this.#panel;
    const {run, merge, history} = this.#state;
    if (run === null) return;
    const setting = this.#setting;
    this.#sliders.show({run, weights: merge?.weights, mergedMore: this.#mergedMore}, setting);
    const hasExperts = this.#untrained.length === 0;
    this.#view.update(state, hasExperts);
    this.#grid.update(state.preview);
    const {drawing} = state.preview;
    if (this.#isAfterGrid && drawing?.kind === 'grid' && drawing.state !== 'drawing') this.#draw();
    const asked = mergeSetting(setting);
    setText(this.#note, hasExperts ? ((asked && sameAsBase(asked)) ?? '') : untrainedText(this.#untrained));
    this.#about.hidden = state.preview.phase === 'off';
    setDisabled(this.#undo, !canUndo(history));
    setDisabled(this.#redo, !canRedo(history));
    const mayRun = state.trusted && hasExperts && !this.#isBusy;
    setDisabled(this.#merge, !mayRun || asked === null);
    setDisabled(this.#exact, !mayRun || state.preview.mergedSetting === null);
    const titleOf = (what: string) => (state.trusted ? what : 'Needs a trusted workspace');
    this.#merge.title = titleOf('Write a new model with these settings');
    this.#exact.title = titleOf('Write a new model with the settings of the shown preview');
  }

  /** Requests samples of the current setting, after a short delay. */
  #draw(): void {
    this.#isAfterGrid = false;
    this.#due ??= window.setTimeout(() => {
      this.#due = null;
      const setting: MergeSetting | null = mergeSetting(this.#setting);
      const {choice} = this.#view;
      if (this.#panel.state.preview.phase !== 'ready' || setting === null || choice === null) return;
      this.#panel.preview({kind: 'draw', id: ++this.#lastId, setting, ...choice});
    }, drawMilliseconds);
  }

  /** A drawing that was due before a grid was ordered would end the grid: it waits for it instead. */
  #postpone(): void {
    if (this.#due === null) return;
    window.clearTimeout(this.#due);
    this.#due = null;
    this.#isAfterGrid = true;
  }

  async #saveNow(): Promise<void> {
    await this.#save(mergeSetting(this.#setting));
  }

  async #save(setting: MergeSetting | null): Promise<void> {
    const {run} = this.#state;
    if (this.#isBusy || setting === null || run === null) return;
    this.#isBusy = true;
    this.#result.textContent = 'Merging …';
    this.#show();
    const request = {kind: 'merge', run: run.path, ...setting} as const;
    const reply = await this.#panel.request(request, 'Could not merge');
    this.#isBusy = false;
    const note = sameAsBase(setting);
    this.#result.textContent =
      reply?.kind === 'written' && reply.path
        ? `Saved the merged model in ${reply.path}.${note === null ? '' : ` ${note}`}`
        : '';
    // Draws the samples of the saved model.
    this.#draw();
    this.#show();
  }
}

/** `Not trained yet: expert 2, t 500 to 749. A merge and its preview take all experts.` */
function untrainedText(experts: readonly string[]): string {
  return `Not trained yet: ${experts.join('; ')}. A merge and its preview take all experts.`;
}
