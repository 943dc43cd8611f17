import type {MergeRecord} from '../../contract/run/records.ts';
import {foldProjections} from '../../deme/foldProjections.ts';
import {architectureOf} from '../../models/architectures.ts';
import {loadPretrained, savePretrained} from '../../models/pretrained.ts';
import {disposeParams} from '../../nn/params.ts';

/**
 * Turns a merged model whose projections all sit on up blocks into a stock one with the same output, and says so in its recipe;
 * leaves any other as it is. Needs an engine, but the bytes do not depend on which.
 */
export async function foldMerged(path: string, mergeRecord: MergeRecord): Promise<void> {
  const {folder, params, schedule} = await loadPretrained(path);
  const {record, unetConfig} = folder;
  if (record?.projection === 'stock-compatible') {
    const folded = await foldProjections(params, architectureOf(unetConfig).projectionSites);
    await savePretrained(path, {
      unetConfig,
      schedulerConfig: schedule.config,
      pipeline: folder.pipeline,
      params: folded,
      record: {...record, projection: 'off'},
      mergeRecord: {...mergeRecord, folded: true},
      dtype: mergeRecord.dtype === 'base' ? 'F32' : mergeRecord.dtype,
    });
    disposeParams(folded);
  }
  disposeParams(params);
}
