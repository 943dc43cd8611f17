import {paperBaselines} from '../benchmark/paperBaselines.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames} from '../../contract/config/evaluateConfig.ts';
import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {MatrixConfig} from '../../contract/matrix/matrixConfig.ts';

/** How the images of a study are drawn. */
export interface StudySize {
  /** Seeds of the starting noise; the interval of each distance is over these. */
  readonly seeds: readonly number[];
  /** Images of each model with each seed. */
  readonly samples: number;
}

/**
 * The matrix of a study: the experts of a config merged by the held-out loss, by the distance of drawn images, and by both, beside the base, an
 * ordinary finetune, the baselines (those of the config, else those of the paper) and the ensemble. Trainings and searches are shared by all
 * seeds. Throws a UserError for a config that lacks what is compared.
 */
export function studyMatrix(config: DemeConfig, where: string, {seeds, samples}: StudySize): MatrixConfig {
  const {decouple, experts, merge, evaluate, baselines = {}} = config;
  if (decouple === undefined) {
    throw incomplete(where, 'It trains no experts.', `Give \`decouple\`${experts ? ' in place of `experts`' : ''}.`);
  }
  if (evaluate === undefined || featureNames(evaluate.features).length === 0) {
    throw incomplete(where, 'It compares no images.', 'Name a network in `evaluate.features`.');
  }
  if (merge && merge.method.kind !== 'linear') {
    throw incomplete(
      where,
      'It searches the weights of linear merges.',
      'Leave out `merge.method`, or make it linear.',
    );
  }
  const {weights: _, search, ...settings} = merge ?? {};
  // To confirm candidates draws images by the seed of the evaluation, on which nothing may be chosen here.
  const {sampling = evaluate.sampling, race, test, confirm: __, ...common} = search ?? {};
  const byLoss = {...common, objective: 'loss'} as const;
  // All seeds share a search, so it draws with the same noise whatever theirs.
  const byDistance = {...common, strategy: 'cma-es', sampling, race, test} as const;
  const searches: Readonly<Record<string, Partial<SearchConfig>>> = {
    'by held-out loss': byLoss,
    'by Fréchet distance': {...byDistance, objective: 'frechet'},
    'by both': {...byDistance, objective: 'both'},
  };
  const choices = Object.entries(searches).map(([label, wanted]): [string, object] => [
    label,
    {
      ordinary: true,
      baselines: Object.keys(baselines).length > 0 ? baselines : paperBaselines,
      merge: {...settings, search: wanted},
      'evaluate.samples': samples,
      'evaluate.experts': false,
    },
  ]);
  const repeat = {setting: 'evaluate.sampling.seed', values: seeds};
  const matrix = {columns: {merged: {choices: Object.fromEntries(choices)}}, repeat};
  // JSON leaves out what is undefined.
  const plain: unknown = JSON.parse(JSON.stringify(matrix));
  return MatrixConfig.parse(plain);
}

function incomplete(where: string, what: string, hint: string): UserError {
  return new UserError('study-incomplete', `The config is not enough for a study. ${what}`, {where, hint});
}
