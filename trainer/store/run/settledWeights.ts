import {WeightsRecord} from '../../contract/run/pipeline.ts';
import {readJsonIfThere} from '../files/jsonFile.ts';
import {runPaths} from './runPaths.ts';

/** The merge weights that a run has settled on; null before. */
export function settledWeights(run: string): Promise<WeightsRecord | null> {
  return readJsonIfThere(runPaths.weights(run), WeightsRecord, 'the merge weights');
}
