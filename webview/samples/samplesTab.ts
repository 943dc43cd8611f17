import type {PageState} from '../../trainer/contract/panel/panelPage.ts';
import type {ImageView, RunView} from '../../trainer/contract/panel/panelViews.ts';
import {recipeList} from '../details.ts';
import {element, message, Region, setText} from '../dom.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import type {Panel, Tab} from '../panel.ts';
import {selectedRun, type PanelState} from '../state.ts';
import {button, checkbox, dropdown} from '../toolkit.ts';
import {promptGrid} from '../promptGrid.ts';
import {imagesAt, imageSteps} from './imageSteps.ts';
import {samplesAlt, updateText} from './samplesText.ts';
import {wipe} from './wipe.ts';

const pictureWidth = 260;
const noWipe = 'none';

/** Sample grids of all models by checkpoint, side by side; two of them can be laid over each other with a movable edge. */
export class SamplesTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #controls = new Region(element('div', {class: 'bar'}));
  readonly #grid = new Region(
    element('div', {class: 'samples', tabindex: '0', role: 'region', 'aria-label': 'Sample grids'}),
  );
  readonly #wipe = new Region(
    element('div', {class: 'wipe-region', tabindex: '0', role: 'region', 'aria-label': 'Wipe comparison'}),
  );

  constructor(panel: Panel) {
    this.#panel = panel;
    const heading = element('h2', {}, 'Samples, same seeds for every model');
    this.root = element('div', {}, heading, this.#controls.root, this.#grid.root, this.#wipe.root);
  }

  update(state: PanelState): void {
    const run = selectedRun(state);
    const {page} = state;
    const images = run?.images ?? [];
    const step = page.sampleStep;
    const models = [...new Set(images.map(({model}) => model))];
    const shown = imagesAt(images, step).filter(({model}) => !page.hiddenModels.includes(model));
    this.#controls.show([images, page.hiddenModels, page.wipe && [page.wipe.left, page.wipe.right]], () =>
      run && images.length > 0 ? this.#controlParts(images, models, page) : [],
    );
    this.#grid.show([run?.path, shown, page.sampleZoom, run?.state], () =>
      run && shown.length > 0
        ? [...shown.map((image) => this.#picture(run, image, page.sampleZoom)), ...promptRecipes(shown)]
        : [message(emptyText(run))],
    );
    this.#showWipe(imagesAt(images, step), page);
  }

  restyle(): void {
    // Style sheets restyle everything here.
  }

  #controlParts(images: readonly ImageView[], models: readonly string[], page: PageState): HTMLElement[] {
    const boxes = models.map((model) =>
      checkbox(model, !page.hiddenModels.includes(model), (isShown) => {
        const others = this.#panel.state.page.hiddenModels.filter((name) => name !== model);
        this.#panel.setPage({hiddenModels: isShown ? others : [...others, model]});
      }),
    );
    const group = element('span', {class: 'group', role: 'group', 'aria-label': 'Shown models'}, ...boxes);
    return [group, this.#stepSlider(images, page), this.#zoomSlider(page), ...this.#wipeChoices(models, page)];
  }

  /** One slider for all grids. Its positions are the checkpoints, then the finished models. */
  #stepSlider(images: readonly ImageView[], {sampleStep}: PageState): HTMLElement {
    const steps = [...imageSteps(images), null];
    const name = (step: number | null) => (step === null ? 'finished models' : `update ${countText(step)}`);
    const at = Math.max(0, steps.indexOf(sampleStep));
    const text = element('span', {class: 'slider-value'}, name(steps[at] ?? null));
    const input = element('input', {type: 'range', min: 0, max: steps.length - 1, step: 1, 'data-key': 'step'});
    input.value = String(at);
    input.disabled = steps.length < 2;
    input.setAttribute('aria-valuetext', name(steps[at] ?? null));
    input.addEventListener('input', () => {
      const step = steps[Number(input.value)] ?? null;
      setText(text, name(step));
      input.setAttribute('aria-valuetext', name(step));
      this.#panel.setPage({sampleStep: step});
    });
    return element('label', {class: 'field'}, element('span', {class: 'label'}, 'Checkpoint'), input, text);
  }

  #zoomSlider({sampleZoom}: PageState): HTMLElement {
    const text = element('span', {class: 'slider-value'}, `${sampleZoom} x`);
    const input = element('input', {type: 'range', min: 1, max: 8, step: 0.5, value: sampleZoom, 'data-key': 'zoom'});
    input.addEventListener('input', () => {
      setText(text, `${input.value} x`);
      this.#panel.setPage({sampleZoom: Number(input.value)});
    });
    return element('label', {class: 'field'}, element('span', {class: 'label'}, 'Zoom'), input, text);
  }

  #wipeChoices(models: readonly string[], {wipe: chosen}: PageState): HTMLElement[] {
    const choices = [{value: noWipe, label: 'nothing'}, ...models.map((model) => ({value: model, label: model}))];
    const set = (side: 'left' | 'right') => (model: string) => {
      const before = this.#panel.state.page.wipe ?? {left: noWipe, right: noWipe, share: 50};
      this.#panel.setPage({wipe: {...before, [side]: model}});
    };
    return [
      dropdown('Wipe between', choices, chosen?.left ?? noWipe, set('left')),
      dropdown('and', choices, chosen?.right ?? noWipe, set('right')),
    ];
  }

  #picture(run: RunView, image: ImageView, zoom: number): HTMLElement {
    const {model, source} = image;
    const at = updateText(image);
    const picture = element('img', {src: source, alt: samplesAlt(image), width: pictureWidth * zoom});
    const save = button(`Save samples of ${model}`, () => void this.#save(run, image), {icon: 'save'});
    const shown = image.grid === undefined ? picture : promptGrid(picture, image.grid);
    return element('figure', {}, element('figcaption', {}, `${model}${at}`, save), shown);
  }

  #showWipe(images: readonly ImageView[], {wipe: chosen, sampleZoom}: PageState): void {
    const left = images.find(({model}) => model === chosen?.left);
    const right = images.find(({model}) => model === chosen?.right);
    const isShown = chosen !== null && left !== undefined && right !== undefined;
    this.#wipe.root.hidden = !isShown;
    this.#wipe.show([left, right, sampleZoom], () => {
      if (!isShown) return [];
      const set = (share: number) => this.#panel.setPage({wipe: {left: left.model, right: right.model, share}});
      return [element('h3', {}, 'Wipe'), wipe(left, right, chosen.share, pictureWidth * 2 * sampleZoom, set)];
    });
  }

  async #save(run: RunView, {source}: ImageView): Promise<void> {
    const request = {kind: 'saveImage', run: run.path, source} as const;
    const reply = await this.#panel.request(request, 'Could not save the picture');
    if (reply?.kind === 'written' && reply.path) this.#panel.dispatch({type: 'notice', text: `Saved ${reply.path}`});
  }
}

/** How samples by prompts were drawn, once for all that were drawn alike. */
function promptRecipes(images: readonly ImageView[]): HTMLElement[] {
  const different = new Map(images.flatMap(({grid}) => (grid === undefined ? [] : [[JSON.stringify(grid), grid]])));
  return [...different.values()].map((grid) => recipeList(grid, 'Recipe of these samples'));
}

function emptyText(run: RunView | undefined): string {
  if (run === undefined) return 'This experiment has no runs yet.';
  return run.images.length === 0
    ? 'No samples have been drawn yet. An evaluate section in the config draws them for every model, decouple.samples while training.'
    : 'No samples of the chosen models at this checkpoint.';
}
