import {
  differenceFactors,
  pairViews,
  sampleOrders,
  sampleViews,
  type SampleOrder,
} from '../../trainer/contract/panel/panelPage.ts';
import {stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import type {ImageView, RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {ImageDistances} from '../../trainer/contract/scores/imageDistances.ts';
import {element, setText} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {checkbox, dropdown} from '../toolkit.ts';
import {imagesAt, imageSteps} from './imageSteps.ts';
import {orderModelOf, orderModels} from './sampleOrder.ts';
import {stepText} from './samplesText.ts';

const noModel = 'none';

/** The controls of all sample grids. `updates`: those of the longest training that draws samples. */
export function samplesControls(
  panel: Panel,
  {images, ranges}: Pick<RunView, 'images' | 'ranges'>,
  updates: number,
  distances: ImageDistances | null,
): HTMLElement[] {
  const {page} = panel.state;
  const models = [...new Set(images.map(({model}) => model))];
  const boxes = models.map((model) =>
    checkbox(stageTitle(model, ranges), !page.hiddenModels.includes(model), (isShown) => {
      const others = panel.state.page.hiddenModels.filter((name) => name !== model);
      panel.setPage({hiddenModels: isShown ? others : [...others, model]});
    }),
  );
  const group = element('span', {class: 'group', role: 'group', 'aria-label': 'Shown models'}, ...boxes);
  const isAmplified = page.sampleView === 'differences' || (page.pairView === 'difference' && page.wipe !== null);
  return [
    group,
    stepSlider(panel, images, updates),
    zoomSlider(panel),
    ...(models.includes('base') && models.length > 1 ? differenceChoices(panel, 'the base', isAmplified) : []),
    element('span', {class: 'group'}, ...pairChoices(panel, models, ranges)),
    ...(distances === null ? [] : [element('span', {class: 'group'}, ...orderChoices(panel, distances, ranges))]),
  ];
}

/** One slider for all grids. Its positions are the checkpoints, then the finished models. */
function stepSlider(panel: Panel, images: readonly ImageView[], updates: number): HTMLElement {
  const steps = [...imageSteps(images), null];
  const name = (step: number | null) => stepText(step, imagesAt(images, step), updates);
  const at = Math.max(0, steps.indexOf(panel.state.page.sampleStep));
  const text = element('span', {class: 'slider-value'}, name(steps[at] ?? null));
  const input = element('input', {type: 'range', min: 0, max: steps.length - 1, step: 1, 'data-key': 'step'});
  input.value = String(at);
  input.disabled = steps.length < 2;
  input.setAttribute('aria-valuetext', name(steps[at] ?? null));
  input.addEventListener('input', () => {
    const step = steps[Number(input.value)] ?? null;
    setText(text, name(step));
    input.setAttribute('aria-valuetext', name(step));
    panel.setPage({sampleStep: step});
  });
  return element('label', {class: 'field'}, element('span', {class: 'label'}, 'Checkpoint'), input, text);
}

function zoomSlider(panel: Panel): HTMLElement {
  const {sampleZoom} = panel.state.page;
  const text = element('span', {class: 'slider-value short'}, `${sampleZoom} x`);
  const input = element('input', {type: 'range', min: 1, max: 8, step: 0.5, value: sampleZoom, 'data-key': 'zoom'});
  input.addEventListener('input', () => {
    setText(text, `${input.value} x`);
    panel.setPage({sampleZoom: Number(input.value)});
  });
  return element('label', {class: 'field'}, element('span', {class: 'label'}, 'Zoom'), input, text);
}

/** Whether pictures show samples or their differences to `what`, and how strong those are. */
export function differenceChoices(panel: Panel, what: string, isAmplified: boolean): HTMLElement[] {
  const {sampleView, differenceFactor} = panel.state.page;
  const labels = {images: 'samples', differences: `differences to ${what}`} as const;
  const views = sampleViews.map((value) => ({value, label: labels[value]}));
  const show = dropdown('Show', views, sampleView, (choice) =>
    panel.setPage({sampleView: sampleViews.find((view) => view === choice) ?? 'images'}),
  );
  const factors = differenceFactors.map((factor) => ({value: String(factor), label: `${factor} x`}));
  const amplified = dropdown('Amplified', factors, String(differenceFactor), (choice) =>
    panel.setPage({differenceFactor: differenceFactors.find((factor) => String(factor) === choice) ?? 4}),
  );
  return isAmplified ? [show, amplified] : [show];
}

function pairChoices(panel: Panel, models: readonly string[], ranges: Ranges): HTMLElement[] {
  const {wipe: chosen, pairView} = panel.state.page;
  const choices = [{value: noModel, label: 'nothing'}, ...modelChoices(models, ranges)];
  const set = (side: 'left' | 'right') => (model: string) => {
    const before = panel.state.page.wipe ?? {left: noModel, right: noModel, share: 50};
    panel.setPage({wipe: {...before, [side]: model}});
  };
  const views = pairViews.map((value) => ({value, label: value}));
  return [
    dropdown('Compare', choices, chosen?.left ?? noModel, set('left')),
    dropdown('with', choices, chosen?.right ?? noModel, set('right')),
    dropdown('by', views, pairView, (choice) =>
      panel.setPage({pairView: pairViews.find((view) => view === choice) ?? 'wipe'}),
    ),
  ];
}

const orderLabels: Readonly<Record<SampleOrder, string>> = {
  number: 'number',
  'base-most': 'most unlike the base',
  'base-least': 'least unlike the base',
  'real-most': 'worst: farthest from real images',
  'real-least': 'best: nearest to real images',
};

/** By what the images of all grids are ordered, and by the distances of which model. */
function orderChoices(panel: Panel, distances: ImageDistances, ranges: Ranges): HTMLElement[] {
  const {sampleOrder, orderModel} = panel.state.page;
  const orders = sampleOrders
    .filter((order) => order === 'number' || orderModels(distances, order).length > 0)
    .map((value) => ({value, label: orderLabels[value]}));
  const by = dropdown('Order by', orders, sampleOrder, (choice) =>
    panel.setPage({sampleOrder: sampleOrders.find((order) => order === choice) ?? 'number'}),
  );
  const models = modelChoices(orderModels(distances, sampleOrder), ranges);
  if (models.length === 0) return [by];
  return [
    by,
    dropdown('of', models, orderModelOf(distances, sampleOrder, orderModel) ?? orderModel, (model) =>
      panel.setPage({orderModel: model}),
    ),
  ];
}

function modelChoices(models: readonly string[], ranges: Ranges) {
  return models.map((model) => ({value: model, label: stageTitle(model, ranges)}));
}
