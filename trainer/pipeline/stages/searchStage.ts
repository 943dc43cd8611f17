import {SearchConfig} from '../../contract/searchConfig.ts';
import type {WeightsRecord} from '../../contract/pipeline.ts';
import type {SearchResult} from '../../contract/report.ts';
import {heldOutBatch} from '../../data/batches.ts';
import {openData} from '../../data/openData.ts';
import {heldOutDraws, predictorLosses} from '../../evaluate/heldOut.ts';
import {meanLoss} from '../../evaluate/heldOutSummary.ts';
import {applyWeights, taskVectors} from '../../merge/blend.ts';
import {searchWeights} from '../../merge/search.ts';
import {Predictor} from '../../models/predictor.ts';
import {disposeParams} from '../../nn/params.ts';
import {writeJsonAtomic} from '../../store/jsonFile.ts';
import {loadBase, loadExperts} from '../runModels.ts';
import {runPaths} from '../runPaths.ts';
import {runRanges} from '../runRanges.ts';
import {progress, warn, type StageContext, type StageOutcome} from '../stageContext.ts';

/** Settles the merge weights: those of the config, or the best that a search over the validation images finds. */
export async function searchStage(context: StageContext): Promise<StageOutcome> {
  const {merge} = context.resolved.config;
  if (merge === undefined) throw new Error('the search needs a merge section');
  const search = merge.weights ? null : await runSearch(context, merge.search ?? SearchConfig.parse({}));
  if (search === 'stopped') return 'stopped';
  const record: WeightsRecord = {weights: merge.weights ?? search?.best.weights ?? [], search};
  await writeJsonAtomic(runPaths.weights(context.run), record);
  return 'done';
}

class Stopped extends Error {}

async function runSearch(context: StageContext, config: SearchConfig): Promise<SearchResult | 'stopped'> {
  const score = await scorer(context, config);
  const report = progress(context, 'merge candidates');
  try {
    return await searchWeights({
      experts: score.experts,
      config,
      score: async (weights) => {
        if ((await context.nextAction()) === 'stop') throw new Stopped();
        return score.loss(weights);
      },
      onCandidate: (candidate, done, total) => {
        context.emit({type: 'candidate', stage: context.stage, ...candidate});
        report(done, total);
      },
    });
  } catch (error) {
    if (error instanceof Stopped) return 'stopped';
    throw error;
  } finally {
    score.dispose();
  }
}

/** The objective: mean held-out loss with equal mass per range, on draws that are the same for every candidate. */
async function scorer(context: StageContext, config: SearchConfig) {
  const {data} = context.resolved.config;
  if (data === undefined) throw new Error('a search needs data');
  const {validation} = await openData(data, context.resolved.folder, warn(context));
  const pretrained = await loadBase(context);
  const {base, experts} = await loadExperts(context, pretrained);
  const vectors = taskVectors(base, experts);
  experts.forEach(disposeParams);
  const ranges = await runRanges(context.run, context.resolved, pretrained.schedule.timesteps);
  const imageCount = Math.min(config.images, validation.size);
  const draws = heldOutDraws({imageCount, timestepsPerRange: config.timesteps, ranges, seed: config.seed});
  const images = await heldOutBatch(
    validation,
    Array.from({length: imageCount}, (_, i) => i),
  );
  const {denoiser, schedule} = pretrained;
  const predictor = new Predictor(denoiser, base);
  return {
    experts: vectors.length,
    loss: async (weights: readonly number[]) => {
      const params = applyWeights(base, vectors, weights);
      predictor.load(params);
      const table = await predictorLosses(predictor, {schedule, draws, images, shape: validation.shape});
      disposeParams(params);
      return meanLoss(table);
    },
    dispose: () => {
      predictor.dispose();
      [base, ...vectors].forEach(disposeParams);
    },
  };
}
