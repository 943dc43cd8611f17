import {resolve} from 'node:path';
import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames, promptFileOf, referencePath} from '../../contract/config/evaluateConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {readPromptFile} from '../../data/captions/promptFile.ts';
import {featureNetworks} from '../../evaluate/featureNetworks.ts';
import {findFeatureWeights} from '../../evaluate/featureWeights.ts';
import {readReferenceStatistics} from '../../evaluate/scoring/referenceStatistics.ts';
import {isStatisticsFile} from '../../evaluate/statisticsFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {takesTexts} from './takesTexts.ts';

/**
 * What keeps samples from being measured as the config says, which a run would else meet hours later: weights of feature networks that are not
 * here or embed no texts, references that are not there or have other features, and files without the prompts that are wanted.
 */
export async function measuringProblems(config: DemeConfig, folder: string): Promise<UserError[]> {
  const {evaluate, merge} = config;
  const problems: UserError[] = [];
  const note = (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    problems.push(error);
  };
  for (const name of featureNames(evaluate?.features)) {
    if (name !== 'digits') await requireWeights(name, config, folder).catch(note);
    const path = evaluate && referencePath(evaluate, name);
    if (path) await requireReference(resolve(folder, path), name).catch(note);
  }
  for (const sampling of [evaluate?.sampling, merge?.search?.sampling]) {
    const prompts = sampling && promptFileOf(sampling);
    if (prompts) await readPromptFile(resolve(folder, prompts.file), prompts).catch(note);
  }
  return problems;
}

/** Throws a UserError where the weights of a network are not here, or lack what the CLIP score of the samples needs. */
export async function requireWeights(
  name: Exclude<FeatureNetworkName, 'digits'>,
  config: DemeConfig,
  folder: string,
): Promise<void> {
  const files = await findFeatureWeights(name);
  if (name !== 'clip' || !(await takesTexts(config, folder))) return;
  const {requireCaptionScores} = await import('../../evaluate/scoring/captionScore.ts');
  await requireCaptionScores(files);
}

/** Throws a UserError where a reference is not there, or holds other features than those of the network. */
export async function requireReference(where: string, name: FeatureNetworkName): Promise<void> {
  if (!(await fileExists(where))) {
    throw new UserError('reference-missing', 'There is nothing here to compare samples with.', {
      where,
      hint: 'Check evaluate.reference: a relative path starts at the folder of the config.',
    });
  }
  const {dimension} = featureNetworks[name];
  if (isStatisticsFile(where)) await readReferenceStatistics(where, {name, dimension});
}
