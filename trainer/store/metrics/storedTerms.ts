import {metricsFormat1Terms, MetricsRecord} from '../../contract/run/curveBins.ts';
import {lossTermNames} from '../../contract/run/lossTerms.ts';
import {fileExists} from '../files/fileExists.ts';
import {readJson, writeJsonAtomic} from '../files/jsonFile.ts';
import {metricsPaths} from './metricsPaths.ts';

/** The terms of the loss for which the rows in a metrics folder have columns: other ones than now where another build made them. */
export async function readStoredTerms(folder: string): Promise<readonly string[]> {
  const path = metricsPaths.layout(folder);
  if (!(await fileExists(path))) return metricsFormat1Terms;
  return (await readJson(path, MetricsRecord, 'the layout of the metrics')).lossTerms;
}

/** Notes in a new metrics folder for which terms this build writes columns. */
export async function writeStoredTerms(folder: string): Promise<void> {
  const record: MetricsRecord = {format: 2, lossTerms: lossTermNames};
  await writeJsonAtomic(metricsPaths.layout(folder), record);
}

/** Records as they are stored: `head` numbers, then `missing.length` numbers for each of the columns `stored`. */
export interface StoredColumns {
  readonly head: number;
  readonly stored: readonly string[];
  /** What a record has for a column that was not stored. */
  readonly missing: readonly number[];
}

/** Records, one after the other, with the columns `wanted` in their order instead of those that are stored. */
export function withColumns(
  records: Float64Array,
  {head, stored, missing}: StoredColumns,
  wanted: readonly string[],
): Float64Array {
  if (stored.join() === wanted.join()) return records;
  const width = missing.length;
  const [before, after] = [head + width * stored.length, head + width * wanted.length];
  const result = new Float64Array((records.length / before) * after);
  for (let from = 0, to = 0; from < records.length; from += before, to += after) {
    result.set(records.subarray(from, from + head), to);
    wanted.forEach((name, i) => {
      const at = stored.indexOf(name);
      const start = from + head + width * at;
      result.set(at < 0 ? missing : records.subarray(start, start + width), to + head + width * i);
    });
  }
  return result;
}
