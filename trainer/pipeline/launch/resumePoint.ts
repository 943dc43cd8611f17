import {createHash} from 'node:crypto';
import {statIfThere} from '../../store/files/fileExists.ts';
import {filesBelow} from '../../store/files/namesIn.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';
import {definitionOf} from '../stages/registry.ts';

/**
 * What a stage would go on from: a hash of names, sizes and times of its checkpoints, of images that it has drawn, and of what its search has
 * measured. The same at two times: nothing was gained in between.
 */
export async function resumePoint(run: string, {name, stage}: Pick<PlannedStage, 'name' | 'stage'>): Promise<string> {
  const leftovers = definitionOf(stage).leftovers?.(stage, run);
  const files = [
    ...(await filesBelow(runPaths.checkpoints(run, name))),
    ...(leftovers === undefined ? [] : await filesBelow(leftovers)),
    ...(stage.kind === 'search' ? [runPaths.candidates(run)] : []),
  ];
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const stats = await statIfThere(file);
    if (stats !== null) hash.update(`${file} ${stats.size} ${stats.mtimeMs}\n`);
  }
  return hash.digest('hex');
}
