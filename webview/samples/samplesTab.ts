import type {PageState} from '../../trainer/contract/panel/panelPage.ts';
import type {ImageView, RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {ImageDistances} from '../../trainer/contract/scores/imageDistances.ts';
import {recipeList} from '../details.ts';
import {element, message, Region} from '../dom.ts';
import type {Panel, Tab} from '../panel.ts';
import {selectedRun, type PanelState} from '../state.ts';
import {button} from '../toolkit.ts';
import {flicker} from './flicker.ts';
import {commonShape, gridShape, inOrder, type GridShape} from './gridShape.ts';
import {baseOf, imagesAt} from './imageSteps.ts';
import {differencePicture, samplePicture, withPrompts, type PictureLook} from './samplePicture.ts';
import {imageOrder, orderModelOf, orderText, type ImageOrder} from './sampleOrder.ts';
import {samplesControls} from './samplesControls.ts';
import {updateText} from './samplesText.ts';
import {wipe} from './wipe.ts';

const pictureWidth = 260;

/** Sample grids of all models by checkpoint, side by side; two of them can be compared in one place. */
export class SamplesTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #controls = new Region(element('div', {class: 'bar'}));
  readonly #note = new Region(element('div'));
  readonly #grid = new Region(
    element('div', {class: 'samples', tabindex: '0', role: 'region', 'aria-label': 'Sample grids'}),
  );
  readonly #pair = new Region(
    element('div', {class: 'wipe-region', tabindex: '0', role: 'region', 'aria-label': 'Two models in one place'}),
  );

  constructor(panel: Panel) {
    this.#panel = panel;
    const heading = element('h2', {}, 'Samples, same seeds for every model');
    this.root = element('div', {}, heading, this.#controls.root, this.#pair.root, this.#note.root, this.#grid.root);
  }

  update(state: PanelState): void {
    const run = selectedRun(state);
    const {page} = state;
    const images = run?.images ?? [];
    const atStep = imagesAt(images, page.sampleStep);
    const shown = atStep.filter(({model}) => !page.hiddenModels.includes(model));
    const {hiddenModels, sampleView, differenceFactor, pairView, sampleZoom, sampleOrder, orderModel} = page;
    const distances = run === undefined ? null : this.#distancesOf(run.path, state);
    // Only finished models have been measured image by image.
    const isMeasured = shown.length > 0 && shown.every(({update}) => update === null);
    const by = (distances && orderModelOf(distances, sampleOrder, orderModel)) ?? orderModel;
    const order = isMeasured ? imageOrder(distances, sampleOrder, by) : null;
    const pair = page.wipe && [page.wipe.left, page.wipe.right];
    const updates = run === undefined ? 0 : longest(run);
    const chosen = [hiddenModels, pair, sampleView, differenceFactor, pairView, sampleOrder, orderModel];
    this.#controls.show([images, run?.ranges, chosen, updates, distances, isMeasured], () =>
      run && images.length > 0 ? samplesControls(this.#panel, run, updates, isMeasured ? distances : null) : [],
    );
    const common = commonShape(atStep);
    const shape = common && order ? inOrder(common, order.numbers) : common;
    this.#note.show([shown, shape, run?.ranges, sampleOrder, by], () => [
      ...noteOf(shown, shape),
      ...(order && distances && shape && run
        ? [message(orderText(order, distances, {order: sampleOrder, model: by, ranges: run.ranges}))]
        : []),
    ]);
    this.#grid.show([run?.path, shown, shape, sampleZoom, run?.state, sampleView, differenceFactor], () =>
      run && shown.length > 0
        ? [...shown.map((image) => this.#figure(run, image, {atStep, order}, page)), ...promptRecipes(shown)]
        : [message(emptyText(run))],
    );
    this.#showPair(atStep, shape, page);
  }

  restyle(): void {
    // Style sheets restyle everything here.
  }

  /** How far the images of the run lie from others; null where its report does not say it. */
  #distancesOf(run: string, {details}: PanelState): ImageDistances | null {
    this.#panel.needDetails(run);
    const known = details.get(run);
    return (known?.kind === 'there' ? known.details.report?.imageDistances : undefined) ?? null;
  }

  #figure(
    run: RunView,
    image: ImageView,
    {atStep, order}: {readonly atStep: readonly ImageView[]; readonly order: ImageOrder | null},
    page: PageState,
  ): HTMLElement {
    const {model, title} = image;
    const base = page.sampleView === 'differences' && model !== 'base' ? baseOf(image, run.images) : undefined;
    const common = commonShape(base === undefined ? atStep : [...atStep, base]);
    const shape = common && order ? inOrder(common, order.numbers) : common;
    const width = pictureWidth * page.sampleZoom;
    const picture =
      base === undefined
        ? samplePicture(image, {shape, width})
        : differencePicture(image, base, {shape, width, factor: page.differenceFactor});
    const save = button(`Save samples of ${title}`, () => void this.#save(run, image), {icon: 'save'});
    const caption = `${title}${updateText(image)}${base === undefined ? '' : ' − base'}`;
    return element('figure', {}, element('figcaption', {}, caption, save), withPrompts(picture, image, shape));
  }

  #showPair(images: readonly ImageView[], shape: GridShape | null, page: PageState): void {
    const {wipe: chosen, sampleZoom, pairView, differenceFactor: factor} = page;
    const left = images.find(({model}) => model === chosen?.left);
    const right = images.find(({model}) => model === chosen?.right);
    const isShown = chosen !== null && left !== undefined && right !== undefined;
    this.#pair.root.hidden = !isShown;
    this.#pair.show([left, right, shape, sampleZoom, pairView, pairView === 'difference' && factor], () => {
      if (!isShown) return [];
      const look: PictureLook = {shape, width: pictureWidth * 2 * sampleZoom};
      if (pairView === 'flicker') return [element('h3', {}, 'Flicker'), flicker(left, right, look)];
      if (pairView === 'difference') {
        const title = element('h3', {}, `${right.title} − ${left.title}`);
        return [title, differencePicture(right, left, {...look, factor})];
      }
      const set = (share: number) => this.#panel.setPage({wipe: {left: left.model, right: right.model, share}});
      return [element('h3', {}, 'Wipe'), wipe(left, right, chosen.share, look, set)];
    });
  }

  async #save(run: RunView, {source}: ImageView): Promise<void> {
    const request = {kind: 'saveImage', run: run.path, source} as const;
    const reply = await this.#panel.request(request, 'Could not save the picture');
    if (reply?.kind === 'written' && reply.path) this.#panel.dispatch({type: 'notice', text: `Saved ${reply.path}`});
  }
}

/** Updates of the longest training that draws samples on its way. */
function longest({stages, images}: RunView): number {
  const drawing = new Set(images.flatMap(({model, update}) => (update === null ? [] : [model])));
  return Math.max(0, ...stages.filter(({name}) => drawing.has(name)).map(({updates}) => updates));
}

/** Says that larger pictures are cut to the size of the smallest. */
function noteOf(shown: readonly ImageView[], shape: GridShape | null): HTMLElement[] {
  const isCut = shape !== null && shown.some((image) => (gridShape(image)?.count ?? 0) > shape.count);
  return isCut ? [message(`The first ${shape.count} images of each, which all models have.`)] : [];
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
