import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {LossLandscapeRequest} from '../../contract/measurements/lossLandscapeKind.ts';
import type {LossLandscape} from '../../contract/run/measured/lossLandscape.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import {filterDirection} from '../../merge/landscape/filterDirection.ts';
import {innerProduct} from '../../merge/landscape/innerProduct.ts';
import {taskDirections} from '../../merge/landscape/taskDirections.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {disposeParams, mapParams, param, type Params} from '../../nn/params.ts';
import {alignProjections} from '../../nn/projections.ts';
import {loadModelParams} from '../runModels.ts';
import type {StageContext} from '../stages/stageContext.ts';

/** The weights of a model with two directions of equal length, all of the same names; `disposePlane` frees them. */
export interface LandscapePlane extends Pick<LossLandscape, 'directions' | 'unit'> {
  readonly centre: Params;
  readonly u: Params;
  readonly v: Params;
}

/** Loads what spans a landscape. Throws UserErrors. */
export async function openLandscapePlane(
  context: StageContext,
  base: OpenModel,
  model: RunModel,
  {directions, experts, seed}: LossLandscapeRequest,
): Promise<LandscapePlane> {
  const centre = await loadModelParams(context, base, model);
  if (directions === 'task-vectors') return alongTaskVectors(context, base, model, centre, experts);
  const [u, v] = [filterDirection(centre, seed, 0), filterDirection(centre, seed, 1)];
  // Both have, filter by filter, the norms of the model's own filters.
  return {centre, u, v, directions: {kind: directions}, unit: await normOf(u)};
}

export function disposePlane({centre, u, v}: LandscapePlane): void {
  [centre, u, v].forEach(disposeParams);
}

async function alongTaskVectors(
  context: StageContext,
  base: OpenModel,
  model: RunModel,
  weights: Params,
  experts: readonly [number, number],
): Promise<LandscapePlane> {
  const load = (index: number) => loadModelParams(context, base, {kind: 'expert', index});
  const [x, y] = [await load(experts[0]), await load(experts[1])];
  const origin = model.kind === 'base' ? weights : await loadModelParams(context, base, {kind: 'base'});
  const [theta, first, second, centre = theta] = alignProjections(
    origin === weights ? [origin, x, y] : [origin, x, y, weights],
  );
  if (!theta || !first || !second || !centre) throw new Error('as many models come back as were given');
  const spanned = await taskDirections(taskVector(first, theta), taskVector(second, theta));
  if (centre !== theta) disposeParams(theta);
  if (spanned === null) {
    disposeParams(centre);
    const text = `The task vectors of experts ${experts.join(' and ')} span no plane: one is zero, or they are parallel.`;
    throw new UserError('landscape-directions', text, {
      where: context.run,
      hint: 'Give others, as in --experts 0,2, or take --directions random.',
    });
  }
  const {u, v, cosine} = spanned;
  const pair: [number, number] = [experts[0], experts[1]];
  return {centre, u, v, directions: {kind: 'task-vectors', experts: pair, cosine}, unit: await normOf(u)};
}

/** Takes the weights of the expert over, tensor by tensor. */
function taskVector(expert: Params, base: Params): Params {
  return mapParams(expert, (tensor, name) => {
    const task = tf.sub(tensor, param(base, name));
    tensor.dispose();
    return task;
  });
}

async function normOf(params: Params): Promise<number> {
  return Math.sqrt(await innerProduct(params, params));
}
