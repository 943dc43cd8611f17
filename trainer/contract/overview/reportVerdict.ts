import {MergeConfig} from '../config/merge/mergeConfig.ts';
import {sameAsBase} from '../config/merge/mergeSetting.ts';
import {objectiveKinds} from '../config/searchObjective.ts';
import type {Report} from '../run/report.ts';
import {runMerge} from '../run/runMerge.ts';
import {isNoise, type Estimate} from '../scores/estimate.ts';
import {baseline, networksOf} from '../scores/scoreTable.ts';

export const outcomes = ['better', 'worse', 'mixed', 'noise', 'base', 'unmeasured'] as const;

/** What a report says of the model that the run was made for. */
export interface Verdict {
  /**
   * `mixed`: better by one measure, worse by another; `noise`: neither by two standard errors; `base`: it is the base; `unmeasured`: nothing
   * but the base was measured.
   */
  readonly outcome: (typeof outcomes)[number];
  /** One sentence. */
  readonly text: string;
  /** A few words, for a row of a list. */
  readonly short: string;
}

/** How far a model is from the base by one measure. */
interface Compared {
  readonly measure: string;
  readonly outcome: 'better' | 'worse' | 'noise' | 'same';
  /** Of the value of the base; negative is better. */
  readonly share: number;
  /** The difference in standard errors; null where the error is not known. */
  readonly errors: number | null;
}

/** The models that a run is made for, the first that is measured counts, with how a sentence about them starts. */
const subjects: readonly (readonly [model: string, start: string])[] = [
  ['merged', 'Merged is'],
  ['ensemble', 'The ensemble of experts is'],
  ['ordinary', 'The ordinary finetune is'],
];

/**
 * The verdict of a report: the merged model (else the ensemble, else the ordinary finetune) against the base by the held-out loss, paired by
 * image, and by a distance of drawn images where one was measured; both are said where they disagree.
 */
export function reportVerdict(report: Report): Verdict {
  const losses = (model: string) => lossAgainstBase(report, model);
  const [model, start] = subjects.find(([name]) => losses(name) ?? distanceAgainstBase(report, name)) ?? [];
  if (model === undefined || start === undefined) {
    return {outcome: 'unmeasured', text: 'Nothing but the base is measured.', short: 'only the base is measured'};
  }
  const ordinary = model === 'merged' ? losses('ordinary') : null;
  if (model === 'merged' && isBase(report)) {
    const text = `All merge weights are zero: this is the base${ordinaryText(ordinary, [])}.`;
    return {outcome: 'base', text, short: 'all weights zero: the base'};
  }
  const compared = [losses(model), distanceAgainstBase(report, model)].filter((each) => each !== null);
  if (compared.every(({outcome}) => outcome === 'same')) {
    const text = `${start} the same as the base on every image${ordinaryText(ordinary, [])}.`;
    return {outcome: 'base', text, short: 'the same as the base'};
  }
  const text = `${start} ${comparison(compared)}${ordinaryText(ordinary, compared)}.`;
  return {outcome: outcomeOf(compared), text, short: shortText(compared)};
}

/** Whether the weights of the merge leave the base as it is. */
function isBase(report: Report): boolean {
  if (report.weights.length === 0) return false;
  const merge = MergeConfig.safeParse(report.recipe['merge']);
  const setting = runMerge(merge.data, report);
  const ofCheckpoints = report.search?.checkpoints?.weights ?? [];
  const weights = ofCheckpoints.length > 0 ? ofCheckpoints : setting.weights;
  return sameAsBase({...setting, weights}) !== null;
}

function lossAgainstBase({heldOut}: Report, model: string): Compared | null {
  const [own, base] = [heldOut[model], heldOut[baseline]];
  return own && base ? against('held-out loss', own.differenceToBase, base.mean) : null;
}

/** By the test of a search by distance, which has other seeds than the search; else by the first feature network of the report. */
function distanceAgainstBase(report: Report, model: string): Compared | null {
  const {search} = report;
  const test = model === 'merged' ? search?.test : undefined;
  const result = test?.models.find((tested) => tested.model === test.verdict.model);
  const base = test?.models.find((tested) => tested.model === baseline)?.distance.mean;
  if (result && base) {
    const {distance} = objectiveKinds[search?.objective ?? 'frechet'];
    return against(distanceNames[distance ?? 'frechet'], result.differenceToBase, base);
  }
  const [network] = networksOf(report);
  const [own, ofBase] = [network?.frechet[model], network?.frechet[baseline]];
  if (own === undefined || ofBase === undefined) return null;
  const difference = network?.frechetSpread?.[model]?.toBase ?? {mean: own - ofBase, standardError: 0};
  return against(distanceNames.frechet, difference, ofBase);
}

const distanceNames = {frechet: 'Fréchet distance', kid: 'KID', cmmd: 'CMMD'} as const;

function against(measure: string, difference: Estimate, base: number): Compared {
  const {mean, standardError} = difference;
  const errors = standardError > 0 ? Math.abs(mean) / standardError : null;
  const direction = mean < 0 ? 'better' : 'worse';
  const isSame = mean === 0 && standardError === 0;
  const outcome = isSame ? 'same' : errors !== null && isNoise(difference) ? 'noise' : direction;
  return {measure, outcome, share: mean / Math.abs(base), errors};
}

function outcomeOf(compared: readonly Compared[]): Verdict['outcome'] {
  const has = (wanted: Compared['outcome']) => compared.some(({outcome}) => outcome === wanted);
  if (has('better')) return has('worse') ? 'mixed' : 'better';
  return has('worse') ? 'worse' : 'noise';
}

const isClear = ({outcome}: Compared) => outcome === 'better' || outcome === 'worse';

/** What follows "Merged is". */
function comparison(compared: readonly Compared[]): string {
  const [first, second] = compared;
  if (first === undefined) return 'not measured';
  if (!compared.some(isClear)) {
    return `not better than the base, within noise: ${compared.map(directed).join(', ')}`;
  }
  if (second === undefined) return `${first.outcome} than the base by ${plain(first)}`;
  if (first.outcome === second.outcome) {
    return `${first.outcome} than the base by ${plain(first)}, by ${second.measure} too (${sized(second)})`;
  }
  const word = ({outcome}: Compared) => (outcome === 'noise' || outcome === 'same' ? 'no better' : outcome);
  return `${word(first)} than the base by ${first.measure} (${sized(first)}), but ${word(second)} by ${second.measure} (${sized(second)})`;
}

/** `; an ordinary finetune by 0.65 %` where the sentence before goes on like that, else with what it is. */
function ordinaryText(ordinary: Compared | null, compared: readonly Compared[]): string {
  if (ordinary === null) return '';
  if (!isClear(ordinary)) return '; an ordinary finetune is not better, within noise';
  const goesOn = compared.length > 0 && compared.every(({outcome}) => outcome === ordinary.outcome);
  const unit = compared.length > 1 ? ` of the ${ordinary.measure}` : '';
  return `; an ordinary finetune ${goesOn ? '' : `is ${ordinary.outcome} `}by ${shareText(ordinary.share)}${unit}`;
}

function shortText(compared: readonly Compared[]): string {
  const clear = compared.filter(isClear);
  const [first, second] = clear;
  if (first === undefined) return 'not better, within noise';
  if (second !== undefined && second.outcome !== first.outcome) {
    return `${first.outcome} by loss, ${second.outcome} by ${second.measure}`;
  }
  return `${first.outcome} than the base by ${shareText(first.share)}${first === compared[0] ? '' : ` of ${first.measure}`}`;
}

/** `0.38 % (12 standard errors)` */
function plain({share, errors}: Compared): string {
  return `${shareText(share)} (${errorsText(errors)})`;
}

/** `0.38 %, 12 standard errors` */
function sized({share, errors, outcome}: Compared): string {
  if (outcome === 'same') return 'no difference';
  return `${shareText(share)}, ${outcome === 'noise' ? 'within noise' : errorsText(errors)}`;
}

/** `held-out loss 0.02 % lower (0.4 standard errors)` */
function directed(compared: Compared): string {
  const {measure, share} = compared;
  return share === 0
    ? `${measure} the same`
    : `${measure} ${shareText(share)} ${share < 0 ? 'lower' : 'higher'} (${errorsText(compared.errors)})`;
}

/** The size of a share in percent, two decimals or one digit that counts. */
function shareText(share: number): string {
  const percent = Math.abs(100 * share);
  if (percent >= 10) return `${percent.toFixed(1)} %`;
  return `${percent >= 0.01 ? percent.toFixed(2) : Number(percent.toPrecision(1))} %`;
}

function errorsText(errors: number | null): string {
  if (errors === null) return 'its error is not known';
  return `${errors >= 10 ? errors.toFixed(0) : errors.toFixed(1)} standard errors`;
}
