import type {WeightsRecord} from '../../contract/run/pipeline.ts';
import {SearchConfig} from '../../contract/config/searchConfig.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {runSearch} from '../search/runSearch.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';

/** Settles the merge weights: those of the config, or the best that a search over the validation images finds. */
export async function searchStage(context: StageContext): Promise<StageOutcome> {
  const {merge} = context.resolved.config;
  if (merge === undefined) throw new Error('the search needs a merge section');
  const search = merge.weights ? null : await runSearch(context, merge.search ?? SearchConfig.parse({}));
  const record: WeightsRecord = {weights: merge.weights ?? search?.best.weights ?? [], search};
  await writeJsonAtomic(runPaths.weights(context.run), record);
  return 'done';
}
