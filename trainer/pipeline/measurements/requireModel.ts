import {UserError} from '../../contract/errors.ts';
import {expertModels} from '../../contract/run/pipeline.ts';
import {modelName, parseModel, type RunModel} from '../../contract/run/runModel.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {modelPath} from '../../store/run/runPaths.ts';
import type {StageContext} from '../stages/stageContext.ts';

/**
 * The model of a name that a request let through, of a run with base and images. Throws a UserError where one of these is missing.
 *
 * @param what as in `Gradients are`
 */
export async function requireModel(
  context: Pick<StageContext, 'run' | 'resolved'>,
  name: string,
  what: string,
): Promise<RunModel> {
  const {run, resolved} = context;
  const model = parseModel(name);
  if (model === null) throw new Error(`the request lets through a model named ${name}`);
  if (resolved.baseFolder === null || resolved.config.data === undefined) {
    const text = `${what} measured on images, from a base on; the config lacks one of them.`;
    throw new UserError('measurement-data', text, {where: run});
  }
  await requireMade(context, model);
  return model;
}

/** Throws a UserError where a run lacks one of its experts. */
export async function requireExpertsMade(context: Pick<StageContext, 'run' | 'resolved'>): Promise<void> {
  for (const expert of expertModels(context.resolved.config)) await requireMade(context, expert);
}

/** Throws a UserError where the run has not made a model yet, or one that the config gives is not there. */
export async function requireMade(
  {run, resolved}: Pick<StageContext, 'run' | 'resolved'>,
  model: RunModel,
): Promise<void> {
  const path = modelPath(run, resolved, model);
  if (await fileExists(path)) return;
  throw new UserError('measurement-model', `There is no model ${modelName(model)} to measure.`, {
    where: path,
    hint: 'Run the config first, or measure another model.',
  });
}
