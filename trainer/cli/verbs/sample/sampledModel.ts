import {stat} from 'node:fs/promises';
import type {Precision} from '../../../contract/config/precision.ts';
import {UserError} from '../../../contract/errors.ts';
import type {TimestepRange} from '../../../deme/timesteps.ts';
import {loadWeights} from '../../../models/loadParams.ts';
import type {OpenModel} from '../../../models/pretrained.ts';
import {Predictor} from '../../../models/predictor.ts';
import {ensemblePredict, modelPredict, type Predict} from '../../../sample/predict.ts';
import {readModelFolder} from '../../../store/weights/modelFolder.ts';
import {openNetworkFile} from '../../../store/weights/singleFile/readSingleFile.ts';
import {knownHash} from '../../../store/hashes/knownHash.ts';
import {expertPaths} from '../../expertPaths.ts';

export interface ModelOptions {
  /** Diffusers folder or single-file checkpoint. */
  readonly model: string;
  /** Experts of it, each of which answers in its range. */
  readonly expert?: readonly string[];
  readonly range?: readonly (readonly [number, number])[];
  /** Number format in which it predicts; left out: f32. */
  readonly precision?: Precision;
}

interface SampledModel {
  readonly predict: Predict;
  /** SHA-256 of the experts. */
  readonly experts?: readonly string[];
}

/**
 * The model, or the ensemble of its experts (Decouple-Then-Merge, Eq. 7), whose ranges are given or recorded: only the weights that answer are
 * loaded. Throws UserErrors for ranges that do not cover all timesteps, each once.
 */
export async function loadPredict(
  {expert = [], range, precision}: ModelOptions,
  model: OpenModel,
): Promise<SampledModel> {
  const {denoiser, schedule} = model;
  if (expert.length === 0) return {predict: modelPredict(new Predictor(denoiser, await model.loadParams()), precision)};
  const experts = [];
  for (const each of expertPaths(expert, range)) experts.push(await loadExpert(each, model));
  const sorted = experts.toSorted((a, b) => a.range[0] - b.range[0]);
  const ranges = sorted.map((each) => each.range);
  checkCover(ranges, schedule.timesteps);
  const predicts = sorted.map(({params}) => modelPredict(new Predictor(denoiser, params), precision));
  return {predict: ensemblePredict(predicts, ranges), experts: experts.map(({sha256}) => sha256)};
}

async function loadExpert({path, range}: ReturnType<typeof expertPaths>[number], {denoiser}: OpenModel) {
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  const folder = isFile ? null : await readModelFolder(path);
  const own = range ?? folder?.record?.range;
  if (own === undefined) {
    const message = 'Nothing says in which timesteps this expert answers.';
    throw new UserError('expert-range', message, {where: path, hint: 'Give --range low,high for each expert.'});
  }
  const open = () => (folder === null ? openNetworkFile(path) : folder.openWeights());
  const params = await loadWeights(open, denoiser.shapes, path);
  return {range: [own[0], own[1]] as const, params, sha256: await (folder?.weightsHash() ?? knownHash(path))};
}

function checkCover(ranges: readonly TimestepRange[], timesteps: number): void {
  const edges = [0, ...ranges.map(([, high]) => high)];
  if (ranges.every(([low], i) => low === edges[i]) && edges.at(-1) === timesteps) return;
  const listed = ranges.map(([low, high]) => `[${low}, ${high})`).join(', ');
  throw new UserError('expert-range', `The ranges ${listed} do not cover the timesteps 0 to ${timesteps} once each.`, {
    hint: 'Give one expert for every part of them.',
  });
}
