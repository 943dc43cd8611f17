import * as z from 'zod';
import {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import type {BenchmarkPlan} from '../../contract/benchmark/benchmarkPlan.ts';
import {
  BenchmarkResult,
  type BenchmarkRecipe,
  type BenchmarkRow,
  type BenchmarkScore,
  type RulerCheck,
} from '../../contract/benchmark/benchmarkResult.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames} from '../../contract/config/evaluateConfig.ts';
import {runExperts, runModels} from '../../contract/run/pipeline.ts';
import {modelName} from '../../contract/run/runModel.ts';
import type {NetworkDistances, Report} from '../../contract/run/report.ts';
import {publishedResults} from './publishedResults.ts';
import {publishedName} from './unlikePublished.ts';

/** What a benchmark has found. */
export interface BenchmarkFindings {
  readonly plan: BenchmarkPlan;
  readonly config: DemeConfig;
  /** Name of the run. */
  readonly run: string;
  readonly report: Report;
  readonly ruler: readonly RulerCheck[];
  readonly prompts: BenchmarkRecipe['prompts'];
  /** Name and version of the program. */
  readonly tool: string;
}

/** The table of a benchmark: our models with all their scores, each with its recipe, and the published numbers. */
export async function benchmarkResult(findings: BenchmarkFindings): Promise<BenchmarkResult> {
  const {plan, config, run, report, ruler} = findings;
  const scaled = plan.scale < 1;
  const recipe = await recipeOf(findings);
  const trained = plan.updates.expert * runExperts(config);
  const rows = runModels(config)
    .filter((model) => model.kind !== 'expert' && modelName(model) in report.heldOut)
    .map((shown): [string, number] => [modelName(shown), shown.kind === 'base' ? 0 : trained])
    .map(([model, updates]): BenchmarkRow => ({
      model,
      updates,
      scores: scoresOf(model, findings, scaled),
      recipe,
    }));
  return BenchmarkResult.parse({
    format: 1,
    benchmark: plan.benchmark,
    scale: plan.scale,
    config: plan.config,
    run,
    engine: report.engine,
    ruler,
    rows,
    published: publishedResults[plan.benchmark],
    heldOut: Object.fromEntries(
      Object.entries(report.heldOut).map(([model, {mean, standardError, differenceToBase}]) => [
        model,
        {mean, standardError, differenceToBase},
      ]),
    ),
    weights: report.weights,
    ours: plan.ours,
    unlike: plan.unlike,
    warnings: report.warnings,
  });
}

function scoresOf(model: string, {config, report}: BenchmarkFindings, scaled: boolean): BenchmarkScore[] {
  const [network = 'none'] = featureNames(config.evaluate?.features);
  const images = RecipeParts.parse(report.recipe).reference?.images;
  return (report.networks ?? [{...report, network}]).flatMap((measured) => {
    const {network, reference = `${images} test images`} = measured;
    return [
      ...comparedScores(model, measured).map((score) => ({...score, network, reference, scaled})),
      ...drawnScores(model, measured).map((score) => ({...score, network, reference: null, scaled})),
    ];
  });
}

type Measured = Omit<NetworkDistances, 'about'>;
type Score = Pick<BenchmarkScore, 'score' | 'value' | 'standardError'>;

/** Scores against a reference. Fréchet distances by Inception are called FID, as everywhere. */
function comparedScores(model: string, {network, frechet, kid, precisionRecall}: Measured): Score[] {
  const [distance, estimate, shares] = [frechet[model], kid[model], precisionRecall?.[model]];
  return [
    ...(distance === undefined ? [] : [{score: network === 'inception' ? 'FID' : 'Fréchet distance', value: distance}]),
    ...(estimate ? [{score: 'KID', value: estimate.mean, standardError: estimate.standardError}] : []),
    ...(shares
      ? [
          {score: 'precision', value: shares.precision},
          {score: 'recall', value: shares.recall},
        ]
      : []),
  ];
}

/** Scores of the images alone. The CLIP score is the mean cosine times 100, as BK-SDM and the paper have it. */
function drawnScores(model: string, {inceptionScore, clipScore}: Measured): Score[] {
  const [inception, clip] = [inceptionScore?.[model], clipScore?.[model]];
  return [
    ...(inception ? [{score: 'inception score', value: inception.mean}] : []),
    ...(clip ? [{score: 'CLIP score', value: 100 * clip.meanCosine, standardError: 100 * clip.standardError}] : []),
  ];
}

const RecipeParts = z.looseObject({
  reference: z.looseObject({images: z.int().nullable()}).nullable(),
  featureNetwork: FeatureNetworkRecord.nullable(),
  featureNetworks: z.array(FeatureNetworkRecord.nullable()).optional(),
});

async function recipeOf({config, report, prompts, plan, tool}: BenchmarkFindings): Promise<BenchmarkRecipe> {
  const {featureNetwork, featureNetworks = [featureNetwork]} = RecipeParts.parse(report.recipe);
  const {sampler = null, steps, eta, guidance = null, seed} = config.evaluate?.sampling ?? {steps: 0, eta: 0, seed: 0};
  return {
    images: plan.drawing.images,
    sampler,
    steps,
    eta,
    guidance,
    seed,
    prompts,
    networks: await Promise.all(
      featureNetworks
        .filter((network) => network !== null)
        .map(async (network) => ({...network, published: await publishedName(network)})),
    ),
    tool,
  };
}
