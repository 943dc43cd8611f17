import {runExperts, WeightsRecord} from '../../contract/pipeline.ts';
import type {MergeRecord} from '../../contract/records.ts';
import {foldProjections} from '../../deme/projection.ts';
import {mergeModels} from '../../merge/mergeFiles.ts';
import {loadPretrained, savePretrained} from '../../models/pretrained.ts';
import {disposeParams} from '../../nn/params.ts';
import {readJson} from '../../store/jsonFile.ts';
import {modelPath, requireBase, runPaths} from '../runPaths.ts';
import {progress, warn, type StageContext, type StageOutcome} from '../stageContext.ts';
import {toolVersion} from '../toolVersion.ts';

/** Merges the experts with the weights that the search stage settled; projections that fold into a stock model are folded. */
export async function mergeStage(context: StageContext): Promise<StageOutcome> {
  const {run, resolved} = context;
  const {config} = resolved;
  const {weights, search} = await readJson(runPaths.weights(run), WeightsRecord, 'the merge weights');
  const merged = runPaths.trained(run, 'merged');
  const experts = Array.from({length: runExperts(config)}, (_, i) => ({
    path: modelPath(run, resolved, `expert-${i}`),
    range: config.experts?.[i]?.range,
  }));
  const record = await mergeModels({
    base: requireBase(resolved),
    experts,
    weights,
    out: merged,
    dtype: config.merge?.dtype ?? 'F32',
    method: config.merge?.method,
    rules: search?.groups?.rules.length ? search.groups.rules : config.merge?.rules,
    tool: toolVersion(),
    onProgress: progress(context, 'tensors'),
  });
  record.warnings.forEach(warn(context));
  await foldMerged(merged, record, config.merge?.dtype ?? 'F32');
  return 'done';
}

/** Turns a merged model whose projections all sit on up blocks into a stock UNet2DModel with the same output. */
async function foldMerged(path: string, mergeRecord: MergeRecord, dtype: 'F32' | 'F16' | 'BF16'): Promise<void> {
  const {folder, params, schedule} = await loadPretrained(path);
  const {record, unetConfig} = folder;
  if (record?.projection === 'stock-compatible') {
    const folded = await foldProjections(params, unetConfig);
    const schedulerConfig = schedule.config;
    await savePretrained(path, {
      unetConfig,
      schedulerConfig,
      params: folded,
      record: {...record, projection: 'off'},
      mergeRecord,
      dtype,
    });
    disposeParams(folded);
  }
  disposeParams(params);
}
