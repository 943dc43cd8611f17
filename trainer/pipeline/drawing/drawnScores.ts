import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {featureNames, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import type {DrawnScores} from '../../contract/scores/sampleScores.ts';
import type {FeatureRows} from '../../evaluate/featureRows.ts';
import {findFeatureWeights} from '../../evaluate/featureWeights.ts';
import {inceptionScore} from '../../evaluate/inceptionScore.ts';
import {scoreCaptions} from '../../evaluate/scoring/captionScore.ts';
import {tensorRows} from '../../evaluate/scoring/featuresFile.ts';
import type {Prompts} from '../../sample/prompts.ts';
import {openSafetensors, writeSafetensors} from '../../store/weights/safetensors.ts';
import type {BlockPart, FeatureBlocks} from './featureBlocks.ts';

/** As in `deme score` and torch-fidelity. */
const splits = 10;

/** What is known of drawn images, once all their blocks are made. */
interface DrawnImages {
  readonly blocks: FeatureBlocks;
  readonly text: Prompts | undefined;
}

/** The scores of images by themselves, by the networks that offer any. */
const scorers: Partial<Record<FeatureNetworkName, (images: DrawnImages) => Promise<DrawnScores>>> = {
  inception: ofClasses,
  clip: ofPrompts,
};

/** The scores of drawn images by themselves, by the networks of the config. */
export async function drawnScores(
  {features}: Pick<EvaluateConfig, 'features'>,
  blocks: FeatureBlocks,
  text: Prompts | undefined,
): Promise<DrawnScores> {
  const scores: DrawnScores = {};
  for (const name of featureNames(features)) Object.assign(scores, await scorers[name]?.({blocks, text}));
  return scores;
}

async function ofClasses({blocks}: DrawnImages): Promise<DrawnScores> {
  const classes = await blocks.classes('inception');
  if (classes === 0) return {};
  return withRows(blocks, {name: 'inception', columns: classes, part: 'logits'}, (logits) => {
    const score = inceptionScore(logits, {splits});
    return {inceptionScore: {...score, splits: Math.min(splits, logits.count)}};
  });
}

async function ofPrompts({blocks, text}: DrawnImages): Promise<DrawnScores> {
  if (text === undefined) return {};
  const captions: string[] = [];
  for (let i = 0; i < blocks.count; i++) captions.push(await text.prompt(i % text.count));
  const {dimension} = await blocks.network('clip');
  const weights = await findFeatureWeights('clip');
  return withRows(blocks, {name: 'clip', columns: dimension, part: 'features'}, async (features) => {
    const score = await scoreCaptions(features, captions, weights);
    return {clipScore: {...score, prompts: new Set(captions).size}};
  });
}

/** Passes on what a network made of all images, of which only what is asked for is in memory, out of one file in place of many. */
async function withRows<T>(
  blocks: FeatureBlocks,
  {name, columns, part}: {readonly name: FeatureNetworkName; readonly columns: number; readonly part: BlockPart},
  work: (rows: FeatureRows) => Promise<T> | T,
): Promise<T> {
  const file = join(blocks.folder, `${name}-${part}`);
  const pieces = () => blocks.bytes(name, columns, part);
  await writeSafetensors(file, [{name: part, shape: [blocks.count, columns], dtype: 'F32', pieces}], {});
  const reader = await openSafetensors(file);
  try {
    const rows = await tensorRows(reader, part);
    if (rows === null) throw new Error(`${file} has no rows`);
    return await work(rows);
  } finally {
    await reader.close();
    await rm(file);
  }
}
