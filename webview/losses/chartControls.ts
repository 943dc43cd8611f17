import {curveSeries, seriesTitle} from '../../trainer/contract/run/curveBins.ts';
import {xAxisKinds, type PageState, type XAxisKind} from '../../trainer/contract/panel/panelPage.ts';
import {xAxisChoices} from '../charts/xAxis.ts';
import {element, setText} from '../dom.ts';
import type {Panel} from '../panel.ts';
import {checkbox, dropdown, textField} from '../toolkit.ts';
import {isFound} from './chartSearch.ts';

const maxSmoothing = 0.995;

/** Finds charts by their titles. It stays the same element while one types in it. */
export function chartSearchField(panel: Panel): HTMLElement {
  const field = textField('Find charts', panel.state.page.chartSearch, (chartSearch) =>
    panel.setPage({chartSearch: chartSearch.slice(0, 200)}),
  );
  field.setAttribute('placeholder', 'Find charts');
  return field;
}

/** Settings of all curves. */
export function chartControls(panel: Panel, page: PageState): HTMLElement[] {
  const found = curveSeries.filter((name) => isFound(name, page.chartSearch));
  const series = found.map((name) =>
    checkbox(seriesTitle(name), page.series.includes(name), (isShown) => {
      const others = panel.state.page.series.filter((other) => other !== name);
      panel.setPage({series: isShown ? [...others, name] : others});
    }),
  );
  return [
    element('span', {class: 'group', role: 'group', 'aria-label': 'Shown charts'}, ...series),
    xAxisDropdown(panel, page.xAxis),
    checkbox('Logarithmic x axis', page.logX, (logX) => panel.setPage({logX})),
    checkbox('Logarithmic values', page.logY, (logY) => panel.setPage({logY})),
    smoothingSlider(page.smoothing, (smoothing) => panel.setPage({smoothing})),
  ];
}

/** What the x axes show. A range of the one would mean nothing on another. */
export function xAxisDropdown(panel: Panel, chosen: XAxisKind): HTMLElement {
  return dropdown('X axis', xAxisChoices, chosen, (choice) => {
    const xAxis = xAxisKinds.find((kind) => kind === choice) ?? 'update';
    panel.setPage({xAxis, range: null, comparedRange: null});
  });
}

/** The slider is logarithmic in the number of steps that the average spans, 1 / (1 - decay). */
export function smoothingSlider(decay: number, onChange: (decay: number) => void): HTMLElement {
  const steps = (value: number) => `${Math.round(1 / (1 - value))} steps`;
  const text = element('span', {class: 'slider-value'}, steps(decay));
  const input = element('input', {type: 'range', min: 0, max: 100, step: 1, 'data-key': 'smoothing'});
  const span = Math.log(1 / (1 - maxSmoothing));
  input.value = String(Math.round((100 * Math.log(1 / (1 - decay))) / span));
  input.setAttribute('aria-valuetext', steps(decay));
  input.addEventListener('input', () => {
    const value = 1 - Math.exp((-Number(input.value) / 100) * span);
    setText(text, steps(value));
    input.setAttribute('aria-valuetext', steps(value));
    onChange(Number(value.toFixed(4)));
  });
  return element('label', {class: 'field'}, element('span', {class: 'label'}, 'Smoothing over'), input, text);
}
