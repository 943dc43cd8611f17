import {UserError} from '../../contract/errors.ts';
import type {MergeBoundRequest} from '../../contract/measurements/mergeBoundKind.ts';
import type {MergeBound} from '../../contract/run/measured/mergeBound.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {runMerge} from '../../contract/run/runMerge.ts';
import type {WeightsOf} from '../../merge/files/incrementalMerge.ts';
import {ruledWeights} from '../../merge/ruledWeights.ts';
import type {PartOf} from '../../merge/tensorWeights.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';
import {settledWeights} from '../../store/run/settledWeights.ts';
import {openMergeLab, type MergeLab} from '../search/mergeLab.ts';
import {BoundDescent} from './boundDescent.ts';
import type {MeasuredRun, OpenMeasurement} from './measurement.ts';
import {measuringContext} from './measuringContext.ts';
import {requireExpertsMade} from './requireModel.ts';

/**
 * Opens the models and images of a run for the least held-out loss that a merge with weights for each expert and tensor reaches: a bound of what rules
 * and searches over fewer weights can gain. By gradient descent on validation images, as AdaMerging learns its coefficients (Yang et al., arXiv
 * 2310.02575), there on the entropy of predictions. Throws UserErrors.
 */
export async function openMergeBound(
  measured: MeasuredRun,
  request: MergeBoundRequest,
): Promise<OpenMeasurement<MergeBound>> {
  const rule = await startRule(measured);
  const context = await measuringContext(measured, 'bound');
  await requireExpertsMade(context);
  const lab = await openMergeLab(context);
  try {
    const begun = emptyBound(measured, request, rule, lab);
    const checkpointing = measured.resolved.config.decouple?.gradientCheckpointing ?? false;
    return {
      key: begun.key,
      run: (kept, hooks) => new BoundDescent(lab, checkpointing, hooks).run(kept ?? begun),
      dispose: () => lab.dispose(),
    };
  } catch (error) {
    lab.dispose();
    throw error;
  }
}

interface StartRule {
  readonly weights: readonly number[];
  /** The weights of each tensor, by the rules and the lambda of the run. */
  of(names: readonly string[], partOf: PartOf): WeightsOf;
}

/** The weights that a run merges its experts with; the same for all where nothing says them. Throws a UserError for a run without images or another merge. */
async function startRule({run, resolved}: MeasuredRun): Promise<StartRule> {
  const {config} = resolved;
  const experts = runExperts(config);
  if (config.data === undefined || experts === 0) {
    throw new UserError('bound-data', 'The bound is measured on images, of a merge of experts; the config lacks one.', {
      where: run.path,
    });
  }
  const equal = () => Array.from({length: experts}, () => 1 / experts);
  const settled = (await settledWeights(run.path)) ?? {weights: config.merge?.weights ?? equal(), search: null};
  const {weights, rules, method} = runMerge(config.merge, settled);
  if (method !== undefined && method.kind !== 'linear') {
    throw new UserError('bound-method', `The run merges by ${method.kind}, the bound is one of linear merges.`, {
      where: run.path,
      hint: 'Measure a run with the method linear.',
    });
  }
  return {weights, of: (names, partOf) => ruledWeights(names, {rules, lambda: method?.lambda}, partOf)};
}

function emptyBound(
  {engine}: MeasuredRun,
  {steps, rate, every, timesteps, seed, ...request}: MergeBoundRequest,
  rule: StartRule,
  lab: MergeLab,
): MergeBound {
  if (engine === null) throw new Error('a bound needs an engine');
  const {reason: _, ...used} = engine;
  const names = [...lab.base.keys()];
  const there = Math.min(request.images, lab.data.validation.size);
  // Whole batches, where there are enough: a prime number of draws would go through one by one.
  const images = there < request.batch ? there : there - (there % request.batch);
  const recipe: MergeBound['recipe'] = {
    steps,
    batch: largestDivisor(images * timesteps * lab.ranges.length, request.batch),
    learningRate: rate,
    every,
    images,
    timestepsPerRange: timesteps,
    test: Math.min(request.test, lab.data.test.size),
    seed,
    engine: used,
  };
  const weightsOf = rule.of(names, lab.partOf);
  const start = Object.fromEntries(names.map((name) => [name, [...weightsOf(rule.weights, name)]]));
  const flat = Object.values(start).flat();
  const key = hashBytes(JSON.stringify([lab.key, start, recipe]));
  const state = {step: 0, weights: flat, first: flat.map(() => 0), second: flat.map(() => 0)};
  const experts = lab.vectors.length;
  return {format: 1, key, experts, start, curve: [], best: null, state, parts: [], test: null, recipe};
}

/** The largest number up to `most` that divides `count`: batches have one shape, and each draw counts once. */
function largestDivisor(count: number, most: number): number {
  for (let divisor = Math.min(count, most); ; divisor--) if (count % divisor === 0) return divisor;
}
