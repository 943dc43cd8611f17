import {featureNames, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {DrawnScores} from '../../contract/run/sampleScores.ts';
import {findFeatureWeights} from '../../evaluate/featureWeights.ts';
import {inceptionScore} from '../../evaluate/inceptionScore.ts';
import {scoreCaptions} from '../../evaluate/scoring/captionScore.ts';
import type {Prompts} from '../../sample/prompts.ts';
import type {FeatureBlocks} from './featureBlocks.ts';

/** As in `deme score` and torch-fidelity. */
const splits = 10;

/** The scores of drawn images by themselves, once all their blocks are made, by the networks of the config that offer any. */
export async function drawnScores(
  {features}: Pick<EvaluateConfig, 'features'>,
  blocks: FeatureBlocks,
  text: Prompts | undefined,
): Promise<DrawnScores> {
  const scores: DrawnScores = {};
  for (const name of featureNames(features)) {
    const {logits, ...made} = await blocks.whole(name);
    if (logits) {
      scores.inceptionScore = {...inceptionScore(logits, {splits}), splits: Math.min(splits, logits.count)};
    }
    if (name !== 'clip' || text === undefined) continue;
    const captions: string[] = [];
    for (let i = 0; i < blocks.count; i++) captions.push(await text.prompt(i % text.count));
    const score = await scoreCaptions(made.features, captions, await findFeatureWeights('clip'));
    scores.clipScore = {...score, prompts: new Set(captions).size};
  }
  return scores;
}
