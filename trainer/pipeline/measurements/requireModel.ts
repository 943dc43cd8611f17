import {UserError} from '../../contract/errors.ts';
import {parseModel, type RunModel} from '../../contract/run/runModel.ts';
import type {StageContext} from '../stages/stageContext.ts';

/**
 * The model of a name that a request let through, of a run with base and images. Throws a UserError where one of these is missing.
 *
 * @param what as in `Gradients are`
 */
export function requireModel(
  {run, resolved}: Pick<StageContext, 'run' | 'resolved'>,
  name: string,
  what: string,
): RunModel {
  const model = parseModel(name);
  if (model === null) throw new Error(`the request lets through a model named ${name}`);
  if (resolved.baseFolder !== null && resolved.config.data !== undefined) return model;
  const text = `${what} measured on images, from a base on; the config lacks one of them.`;
  throw new UserError('measurement-data', text, {where: run});
}
