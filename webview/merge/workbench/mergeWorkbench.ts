import {sameAsBase, type MergeSetting} from '../../../trainer/contract/config/mergeSetting.ts';
import type {RunDetails, RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {element, setText} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import type {PanelState} from '../../state.ts';
import {button, setDisabled} from '../../toolkit.ts';
import {PreviewGrid} from '../preview/previewGrid.ts';
import {PreviewView} from '../preview/previewView.ts';
import {SettingHistory} from './settingHistory.ts';
import type {ChangeSetting} from './weightControl.ts';
import {WeightSliders} from './weightSliders.ts';
import {mergeSetting, plainSetting, workbenchSetting} from './workbenchSetting.ts';

/** A slider that moves gives many settings; no more are asked for than can be seen. */
const drawMilliseconds = 50;

/** Where a merge is found: sliders with undo, pictures of what they give, a grid, and a button that saves it. */
export class MergeWorkbench {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #sliders = new WeightSliders(
    (control, change) => this.#change(control, change),
    () => this.#show(),
  );
  readonly #view: PreviewView;
  readonly #grid: PreviewGrid;
  readonly #note = element('p', {class: 'message', role: 'status'});
  readonly #result = element('p', {class: 'message', role: 'status'});
  readonly #undo = button('Undo', () => this.#step('undo'), {title: 'Undo (Ctrl+Z)'});
  readonly #redo = button('Redo', () => this.#step('redo'), {title: 'Redo (Ctrl+Shift+Z)'});
  readonly #merge = button('Merge and save', () => void this.#saveNow(), {appearance: 'primary'});
  readonly #exact = button('Save exactly this', () => void this.#save(this.#panel.state.preview.mergedSetting));
  #history = new SettingHistory(plainSetting([]));
  #run: RunView | null = null;
  #runMerge: MergeSetting | null = null;
  #isBusy = false;
  #wasReady = false;
  #isDrawDue = false;
  #lastId = 0;

  /** @param onWeights hears when the weights may have changed */
  constructor(
    panel: Panel,
    readonly onWeights: () => void,
  ) {
    this.#panel = panel;
    this.#view = new PreviewView(panel, () => this.#draw());
    this.#grid = new PreviewGrid(panel, {
      setting: () => this.#history.current,
      choice: () => this.#view.choice,
      nextId: () => ++this.#lastId,
    });
    const buttons = element('div', {class: 'bar'}, this.#undo, this.#redo, this.#merge, this.#exact);
    const parts = [this.#sliders.root, this.#note, buttons, this.#result, this.#view.root, this.#grid.root];
    this.root = element('div', {role: 'group', 'aria-label': 'Merge workbench'}, ...parts);
    this.root.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Shows a run, from its own merge on where it is another one than before. */
  update(state: PanelState, run: RunView, {merge}: RunDetails): void {
    const isOther = this.#run?.path !== run.path || this.#run.ranges.length !== run.ranges.length;
    const isNew = isOther || JSON.stringify(merge) !== JSON.stringify(this.#runMerge);
    this.#run = run;
    this.#runMerge = merge;
    if (isNew) this.#begin(run);
    const {preview} = state;
    if (preview.run !== null && preview.run !== run.path) this.#panel.preview({kind: 'stop'});
    const isReady = preview.phase === 'ready';
    if (isReady && !this.#wasReady) this.#draw();
    this.#wasReady = isReady;
    this.#show();
  }

  /** The weight of every expert; null where none is typed. */
  get weights(): readonly (number | null)[] {
    return this.#history.current.weights;
  }

  /** Sets the weight of every expert, as if it were typed; for charts on which a merge can be pointed at. */
  setWeights(weights: readonly (number | null)[]): void {
    this.#change('weights', (before) => ({...before, weights}));
  }

  #begin({path, ranges}: RunView): void {
    const own = this.#runMerge?.weights.length === ranges.length ? this.#runMerge : null;
    this.#history = new SettingHistory(workbenchSetting(own ?? {weights: ranges.map(() => 1 / ranges.length)}));
    // The page may have been thrown away while it could not be seen.
    const kept = this.#panel.state.page.merge;
    if (kept?.run === path && kept.setting.weights.length === ranges.length) this.#history.push(kept.setting, '', 0);
    this.#result.textContent = '';
    this.#draw();
  }

  #change(...[control, change]: Parameters<ChangeSetting>): void {
    this.#history.push(change(this.#history.current), control, performance.now());
    this.#changed();
  }

  #step(way: 'undo' | 'redo'): void {
    this.#history[way]();
    this.#changed();
  }

  #changed(): void {
    const setting = this.#history.current;
    if (mergeSetting(setting) !== null && this.#run !== null)
      this.#panel.setPage({merge: {run: this.#run.path, setting}});
    this.#draw();
    this.#show();
    this.onWeights();
  }

  #onKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const way = key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : null;
    if (way === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#step(way);
  }

  #show(): void {
    const {state} = this.#panel;
    const run = this.#run;
    if (run === null) return;
    const setting = this.#history.current;
    this.#sliders.show({run: {path: run.path, ranges: run.ranges}, weights: this.#runMerge?.weights}, setting);
    this.#view.update(run.path, state);
    this.#grid.update(state.preview);
    const asked = mergeSetting(setting);
    setText(this.#note, (asked && sameAsBase(asked)) ?? '');
    setDisabled(this.#undo, !this.#history.canUndo);
    setDisabled(this.#redo, !this.#history.canRedo);
    const mayRun = state.trusted && !this.#isBusy;
    setDisabled(this.#merge, !mayRun || asked === null);
    setDisabled(this.#exact, !mayRun || state.preview.mergedSetting === null);
    const title = state.trusted ? 'Write a new merged model beside that of the run' : 'Needs a trusted workspace';
    for (const save of [this.#merge, this.#exact]) save.title = title;
  }

  /** Has the current setting drawn soon. */
  #draw(): void {
    if (this.#isDrawDue) return;
    this.#isDrawDue = true;
    window.setTimeout(() => {
      this.#isDrawDue = false;
      const setting: MergeSetting | null = mergeSetting(this.#history.current);
      const {choice} = this.#view;
      if (this.#panel.state.preview.phase !== 'ready' || setting === null || choice === null) return;
      this.#panel.preview({kind: 'draw', id: ++this.#lastId, setting, ...choice});
    }, drawMilliseconds);
  }

  async #saveNow(): Promise<void> {
    await this.#save(mergeSetting(this.#history.current));
  }

  async #save(setting: MergeSetting | null): Promise<void> {
    if (this.#isBusy || setting === null || this.#run === null) return;
    this.#isBusy = true;
    this.#result.textContent = 'Merging …';
    this.#show();
    const request = {kind: 'merge', run: this.#run.path, ...setting} as const;
    const reply = await this.#panel.request(request, 'Could not merge');
    this.#isBusy = false;
    const note = sameAsBase(setting);
    this.#result.textContent =
      reply?.kind === 'written' && reply.path
        ? `Saved the merged model in ${reply.path}.${note === null ? '' : ` ${note}`}`
        : '';
    // The new model is drawn beside from now on.
    this.#draw();
    this.#show();
  }
}
