import {lossTermNames} from '../../trainer/contract/run/lossTerms.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {stageNumber} from '../charts/seriesStyle.ts';
import {element, message, Region} from '../dom.ts';
import {percentText} from '../numberText.ts';
import type {Panel} from '../panel.ts';
import {stageKey} from '../state.ts';
import {comparedImages, compareImages} from './compareImages.ts';
import {resultTables, runNames, settingTable} from './compareTables.ts';
import {runColours} from './comparison.ts';
import {timestepChart} from './timestepChart.ts';
import {timestepLosses} from './timestepLosses.ts';

/** What stands below the curves of compared runs: losses by timestep, scores, samples, and the settings that differ. */
export class ComparedResults {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #timesteps = new Region(element('section'));
  readonly #scores = new Region(element('section'));
  readonly #images = new Region(element('section'));
  readonly #settings = new Region(element('section'));

  constructor(panel: Panel) {
    this.#panel = panel;
    const parts = [this.#timesteps, this.#scores, this.#images, this.#settings];
    this.root = element('div', {}, ...parts.map(({root}) => root));
  }

  /** `themes`: another number after a change of the theme. */
  show(runs: readonly RunView[], stages: readonly string[], themes: number): void {
    const {page, details} = this.#panel.state;
    const {comparedModel, baseline, sampleView, differenceFactor} = page;
    const colours = runColours(page);
    const ids = runs.map(({id}) => id);
    const look = [ids, [...colours], themes];
    this.#showTimesteps(runs, stages, look);
    const known = runs.map(({path, state, progress}) => [state, percentText(progress), details.get(path)]);
    this.#scores.show([look, known, baseline, comparedModel], () =>
      runs.length === 0
        ? []
        : [element('h3', {}, 'Results'), ...resultTables(runs, runNames(colours), this.#panel.state)],
    );
    const images = comparedImages(runs, comparedModel);
    this.#images.show([look, images, comparedModel, baseline, sampleView, differenceFactor], () =>
      runs.length === 0
        ? []
        : [
            element('h3', {}, `Samples of ${stageTitle(comparedModel, [])}`),
            ...compareImages(runs, page, runNames(colours)),
          ],
    );
    this.#settings.show([look, runs.map(({settings}) => settings)], () =>
      runs.length === 0
        ? [message('Choose the runs to compare above.')]
        : [element('h3', {}, 'Settings that differ'), settingTable(runs, runNames(colours))],
    );
  }

  /** The loss of the chosen curve, or the denoising loss where that is no loss. */
  #showTimesteps(runs: readonly RunView[], stages: readonly string[], look: unknown): void {
    const {page, heatMaps} = this.#panel.state;
    const term = lossTermNames.find((name) => name === page.comparedSeries) ?? 'denoise';
    const colours = runColours(page);
    const lines = runs.flatMap(({path, id, ranges, timesteps}) =>
      stages.flatMap((stage) => {
        const losses = timestepLosses(heatMaps.get(stageKey(path, stage)), term);
        const style = {colour: colours.get(path) ?? 0, dash: stageNumber(stage)};
        return losses === null
          ? []
          : [{label: stages.length > 1 ? `${id}, ${stageTitle(stage, ranges)}` : id, look: style, losses, timesteps}];
      }),
    );
    this.#timesteps.show([look, term, lines], () =>
      lines.length === 0
        ? []
        : [element('h3', {}, 'Losses by timestep, latest updates'), ...timestepChart(term, lines)],
    );
  }
}
