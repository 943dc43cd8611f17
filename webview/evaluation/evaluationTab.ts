import type {NetworkDistances, Report} from '../../trainer/contract/run/report.ts';
import {scoreColumns} from '../../trainer/contract/run/sampleScores.ts';
import {neededDetails, recipeList} from '../details.ts';
import {element, message, Region, table} from '../dom.ts';
import {durationText, estimateText, numberText} from '../numberText.ts';
import type {Panel, Tab} from '../panel.ts';

/** The results of all models of a run, and how they were measured. */
export class EvaluationTab implements Tab {
  readonly root = element('div');
  readonly #panel: Panel;
  readonly #region = new Region(this.root);

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
    this.#region.show([run.path, details.report, details.heldOut], () => [
      element('h2', {}, 'Evaluation'),
      ...(details.report ? reportParts(details.report) : [message('The report of this run is not written yet.')]),
      ...heldOutParts(details.heldOut),
    ]);
  }

  restyle(): void {
    // Style sheets restyle the tables.
  }
}

function reportParts(report: Report): HTMLElement[] {
  const {heldOut, frechet, kid, networks, reference, warnings, recipe, engine, seconds} = report;
  const models = [...new Set([...Object.keys(heldOut), ...Object.keys(frechet), ...Object.keys(kid)])];
  const base = heldOut['base']?.mean;
  const columns = scoreColumns([report]);
  const rows = models.map((model) => {
    const loss = heldOut[model];
    const distance = kid[model];
    return [
      model,
      loss ? estimateText(loss) : '–',
      loss && model !== 'base' ? signed(loss.differenceToBase) : '–',
      loss && base !== undefined && model !== 'base' ? percent(loss.differenceToBase.mean / base) : '–',
      numberText(frechet[model]),
      distance ? estimateText(distance) : '–',
      ...columns.map(({text}) => text(report, model) || '–'),
    ];
  });
  const features = typeof recipe['features'] === 'string' ? recipe['features'] : 'none';
  const head = [
    'Model',
    'Held-out loss',
    'Difference to base',
    'in %',
    'Fréchet distance',
    'KID',
    ...columns.map(({name}) => name),
  ];
  return [
    table('All models, on the same images, noise and timesteps; ± is one standard error', head, rows),
    ...(networks ? [networkTable(networks)] : []),
    ...warnings.map((warning) => element('p', {}, `Warning: ${warning}`)),
    element(
      'p',
      {},
      `Features of Fréchet distance and KID: ${features}.${reference === undefined ? '' : ` Compared with ${reference}.`}`,
    ),
    element('p', {}, `Measured by ${engine.name} ${engine.version} on ${engine.device} in ${durationText(seconds)}.`),
    recipeList(recipe),
  ];
}

/** Fréchet distance and KID of every model by each of several networks. */
function networkTable(networks: readonly NetworkDistances[]): HTMLElement {
  const columns = scoreColumns(networks);
  const rows = networks.flatMap(({network, frechet, kid, reference = 'test images', ...scores}) =>
    Object.entries(frechet).map(([model, distance]) => {
      const estimate = kid[model];
      return [
        network,
        model,
        reference,
        numberText(distance),
        estimate ? estimateText(estimate) : '–',
        ...columns.map(({text}) => text(scores, model) || '–'),
      ];
    }),
  );
  return table(
    'Samples by feature network',
    ['Network', 'Model', 'Reference', 'Fréchet distance', 'KID', ...columns.map(({name}) => name)],
    rows,
  );
}

/** Held-out losses that were measured during training. */
function heldOutParts(measured: readonly {stage: string; update: number; loss: number | null}[]): HTMLElement[] {
  if (measured.length === 0) return [];
  const rows = measured.map(({stage, update, loss}) => [stage, numberText(update), numberText(loss)]);
  return [
    element('h2', {}, 'While training'),
    table('Held-out loss while training', ['Stage', 'Update', 'Loss'], rows),
  ];
}

function signed(estimate: {mean: number; standardError: number}): string {
  return `${estimate.mean > 0 ? '+' : ''}${estimateText(estimate)}`;
}

function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)} %`;
}
