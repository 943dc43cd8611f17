import {sameAsBase} from '../../contract/config/merge/mergeSetting.ts';
import {expertModels, WeightsRecord} from '../../contract/run/pipeline.ts';
import {runMergeInputs} from '../../contract/run/runMerge.ts';
import {mergeModels} from '../../merge/files/mergeFiles.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import {foldMerged} from './foldMerged.ts';
import {expertSources, modelPath, requireBase, runPaths} from '../../store/run/runPaths.ts';
import {progress, warn, type StageContext, type StageOutcome} from './stageContext.ts';
import {toolVersion} from '../owner/toolVersion.ts';

/** Merges the experts, and their snapshots where these have weights, as the search stage settled; projections that fold into a stock model are folded. */
export async function mergeStage(context: StageContext): Promise<StageOutcome> {
  const {run, resolved} = context;
  const {config} = resolved;
  const settled = await readJson(runPaths.weights(run), WeightsRecord, 'the merge weights');
  const {snapshots, ...setting} = runMergeInputs(config, settled);
  const merged = modelPath(run, resolved, {kind: 'merged'});
  const inputs = [{kind: 'base'} as const, ...expertModels(config)];
  const merge = () =>
    mergeModels({
      base: requireBase(resolved),
      experts: [...expertSources(run, resolved), ...snapshots.map((each) => ({path: runPaths.snapshot(run, each)}))],
      ...setting,
      out: merged,
      replaces: 'ownResult',
      dtype: config.merge?.dtype ?? 'F32',
      tool: toolVersion(),
      onProgress: progress(context, 'tensors'),
    });
  const record = await context.watch.reading(inputs, () => context.watch.readingSnapshots(snapshots, merge));
  const note = sameAsBase(setting);
  [...record.warnings, ...(note === null ? [] : [note])].forEach(warn(context));
  await foldMerged(merged, record);
  return 'done';
}
