import {type LossTerm, lossTerms} from '../../trainer/contract/run/lossTerms.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {savePicture, type PictureKind} from '../charts/savePicture.ts';
import {element} from '../dom.ts';
import {withTerm} from '../glossary/termButton.ts';
import {numberText} from '../numberText.ts';
import type {Panel} from '../panel.ts';
import {stageKey, type HeatBins} from '../state.ts';
import {printTheme} from '../theme.ts';
import {button} from '../toolkit.ts';
import {HeatCanvas} from './heatCanvas.ts';
import {heatExtent, heatMapOf, type HeatMap} from './heatImage.ts';
import {HeatMapView} from './heatMapView.ts';
import {heatSvg} from './heatSvg.ts';
import {viridis} from './viridis.ts';

const legendSteps = 32;

/** The heat maps of one loss for all stages of a run, on one colour scale. */
export class HeatMaps {
  readonly root: HTMLElement;
  readonly #term: LossTerm;
  /** Of the loss, in a sentence. */
  readonly #name: string;
  readonly #views = new Map<string, HeatMapView>();
  readonly #drawn = new Map<string, unknown>();
  readonly #legend = element('p', {class: 'heat-legend'});
  readonly #grid = element('div', {class: 'heat-grid'});
  readonly #known = new WeakMap<HeatBins, HeatMap>();
  readonly #title: string;
  #text = '';
  /** What is shown, for saving. */
  #shown: {maps: readonly {title: string; map: HeatMap}[]; range: readonly [number, number]; timesteps: number} | null =
    null;

  constructor(panel: Panel, term: LossTerm) {
    const {label} = lossTerms[term];
    this.#term = term;
    this.#name = label.toLowerCase();
    this.#title = `${label} by timestep`;
    const save = (kind: PictureKind) =>
      button(`Save ${this.#name} maps as ${kind.toUpperCase()}`, () => void this.#save(panel, kind));
    const saving = element('div', {class: 'bar'}, save('svg'), save('png'));
    this.root = element('section', {}, element('h3', {}, ...withTerm(this.#title)), this.#legend, this.#grid, saving);
  }

  show(
    {path: run, ranges, timesteps}: Pick<RunView, 'path' | 'ranges' | 'timesteps'>,
    stages: readonly string[],
    data: ReadonlyMap<string, HeatBins>,
  ): void {
    const maps = stages.flatMap((stage) => {
      const bins = data.get(stageKey(run, stage));
      return bins === undefined ? [] : [{stage, map: this.#map(bins)}];
    });
    const range = heatExtent(maps.map(({map}) => map));
    const shown = range === null ? [] : maps.filter(({map}) => map.extent !== null);
    this.root.hidden = shown.length === 0;
    if (range === null) return;
    const titled = shown.map(({stage, map}) => ({title: stageTitle(stage, ranges), map}));
    this.#shown = {maps: titled, range, timesteps};
    this.#showLegend(range);
    this.#place(shown.map(({stage}) => stage));
    for (const {stage, map} of shown) {
      const title = stageTitle(stage, ranges);
      const drawn = [map, range.join(), run, title];
      const before = this.#drawn.get(stage) as unknown[] | undefined;
      if (before !== undefined && drawn.every((part, i) => part === before[i])) continue;
      this.#drawn.set(stage, drawn);
      this.#views.get(stage)?.show(map, range, {stage: title, loss: this.#name, timesteps});
    }
  }

  async #save(panel: Panel, kind: PictureKind): Promise<void> {
    if (this.#shown === null) return;
    const {maps, range, timesteps} = this.#shown;
    const pictures = maps.map(({title, map}) => ({
      title,
      pixels: dataUri(map, range),
      lastUpdate: map.end,
    }));
    await savePicture(panel, this.#title, heatSvg(this.#title, pictures, range, timesteps, printTheme), kind);
  }

  #map(bins: HeatBins): HeatMap {
    const map = this.#known.get(bins) ?? heatMapOf(bins, this.#term);
    this.#known.set(bins, map);
    return map;
  }

  #place(stages: readonly string[]): void {
    for (const stage of stages) if (!this.#views.has(stage)) this.#views.set(stage, new HeatMapView());
    const roots = stages.flatMap((stage) => this.#views.get(stage)?.root ?? []);
    if (roots.length === this.#grid.children.length && roots.every((root, i) => root === this.#grid.children[i]))
      return;
    this.#grid.replaceChildren(...roots);
  }

  #showLegend([low, high]: readonly [number, number]): void {
    const text = `${numberText(low)} ${numberText(high)}`;
    if (text === this.#text) return;
    this.#text = text;
    const colours = Array.from({length: legendSteps}, (_, i) => {
      const [red, green, blue] = viridis(i / (legendSteps - 1));
      return `rgb(${red.toFixed(0)} ${green.toFixed(0)} ${blue.toFixed(0)})`;
    });
    const bar = element('span', {class: 'heat-bar', 'aria-hidden': 'true'});
    bar.style.background = `linear-gradient(to right, ${colours.join(', ')})`;
    this.#legend.replaceChildren(
      'Mean loss, logarithmic: ',
      element('span', {class: 'heat-scale'}, `${numberText(low)} `, bar, ` ${numberText(high)}.`),
      ' Empty: no draws. Magenta: not finite.',
    );
  }
}

/** A map as a data URI, one pixel per column. */
function dataUri(map: HeatMap, range: readonly [number, number]): string {
  const canvas = document.createElement('canvas');
  new HeatCanvas(canvas).draw(map, map.columns.length, range);
  return canvas.toDataURL();
}
