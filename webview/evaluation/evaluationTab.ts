import {durationText} from '../../trainer/contract/durationText.ts';
import {stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import {reportVerdict} from '../../trainer/contract/overview/reportVerdict.ts';
import type {Report} from '../../trainer/contract/run/report.ts';
import type {RunDetails} from '../../trainer/contract/panel/panelViews.ts';
import {networksOf} from '../../trainer/contract/scores/scoreTable.ts';
import {verdicts} from '../../trainer/contract/scores/verdicts.ts';
import {neededDetails, recipeList} from '../details.ts';
import {element, message, Region, table} from '../dom.ts';
import {numberText} from '../numberText.ts';
import type {Panel, Tab} from '../panel.ts';
import {withTerm} from '../glossary/termButton.ts';
import {dropdown} from '../toolkit.ts';
import {confirmedTable} from './confirmedTable.ts';
import {differingView, pairName} from './differingView.ts';
import {scoreChartViews} from './scoreChartViews.ts';
import {scoreTableView} from './scoreTableView.ts';

/** The results of all models of a run, and how they were measured. */
export class EvaluationTab implements Tab {
  readonly root = element('div');
  readonly #panel: Panel;
  readonly #region = new Region(this.root);
  /** The two models whose images are shown; null: those of the report's first pair. */
  #pair: string | null = null;
  #themes = 0;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  update(): void {
    const needed = neededDetails(this.#panel);
    if ('instead' in needed) {
      this.#region.show([needed.key], () => [needed.instead]);
      return;
    }
    const {run, details} = needed;
    const {report, pictures, weights, heldOut} = details;
    const confirmed = weights?.search?.confirmed ?? [];
    const key = [run.path, run.ranges, report, pictures, confirmed, heldOut, this.#pair, this.#themes];
    this.#region.show(key, () => [
      element('h2', {}, 'Evaluation'),
      ...(report
        ? this.#reportParts(report, details, run.ranges)
        : [message('The report of this run is not written yet.')]),
      ...(confirmed.length > 0 ? [element('h2', {}, 'Candidates of the search'), confirmedTable(confirmed)] : []),
      ...heldOutParts(heldOut, run.ranges),
    ]);
  }

  restyle(): void {
    // The charts are pictures in the colours of the theme.
    this.#themes++;
  }

  #reportParts(report: Report, details: RunDetails, ranges: Ranges): HTMLElement[] {
    const {warnings, recipe, engine, seconds} = report;
    const features = networksOf(report).filter(({about}) => about !== '');
    return [
      element('p', {class: 'headline'}, reportVerdict(report).text),
      ...verdicts(report).map((sentence) => element('p', {}, sentence)),
      scoreTableView(report, ranges),
      ...warnings.map((warning) => element('p', {}, `Warning: ${warning}`)),
      ...features.map(({network, about}) => element('p', {}, `Features by ${network}: ${about}.`)),
      element('p', {}, `Measured by ${engine.name} ${engine.version} on ${engine.device} in ${durationText(seconds)}.`),
      recipeList(recipe),
      ...scoreChartViews(report),
      ...this.#differingParts(report, details),
    ];
  }

  #differingParts({differing = []}: Report, details: RunDetails): HTMLElement[] {
    const chosen = differing.find((pair) => pairName(pair) === this.#pair) ?? differing[0];
    if (chosen === undefined) return [];
    const choices = differing.map((pair) => ({value: pairName(pair), label: pairName(pair)}));
    const choice = dropdown('Images of', choices, pairName(chosen), (pair) => {
      this.#pair = pair;
      this.#panel.setPage({});
    });
    return [
      element('h2', {}, 'Images that differ most'),
      element('div', {class: 'bar'}, choice),
      ...differingView(chosen, details),
    ];
  }
}

/** Held-out losses that were measured during training. */
function heldOutParts(
  measured: readonly {stage: string; update: number; loss: number | null}[],
  ranges: Ranges,
): HTMLElement[] {
  if (measured.length === 0) return [];
  const rows = measured.map(({stage, update, loss}) => [
    stageTitle(stage, ranges),
    numberText(update),
    numberText(loss),
  ]);
  return [
    element('h2', {}, 'While training'),
    table('Held-out loss while training', ['Stage', 'Update', withTerm('Held-out loss')], rows),
  ];
}
