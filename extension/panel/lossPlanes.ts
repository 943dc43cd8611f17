import {join} from 'node:path';
import {nullForUserError, UserError} from '../../trainer/contract/errors.ts';
import {LossPlane} from '../../trainer/contract/run/lossPlane.ts';
import {runExperts} from '../../trainer/contract/run/pipeline.ts';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {namesIn} from '../../trainer/store/files/namesIn.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import type {Run} from '../runs/run.ts';

/** Names of the files, which say the experts; locks and what is being written lie beside them. */
const planeName = /^plane-\d{1,3}-\d{1,3}\.json$/;

/** The loss planes of a run, whole ones and those in the making; one that cannot be read is left out, and measured anew when asked for. */
export async function lossPlanes(run: string): Promise<LossPlane[]> {
  const folder = runPaths.planes(run);
  const planes = (await namesIn(folder))
    .filter((name) => planeName.test(name))
    .sort()
    .map((name) => readJson(join(folder, name), LossPlane, 'the loss plane').catch(nullForUserError));
  return (await Promise.all(planes)).filter((plane) => plane !== null);
}

/** The arguments of `deme` that measure the plane of two experts, the others held at `weights`; left out: those of the run. */
export function planeArguments(run: Run, experts: readonly [number, number], weights?: readonly number[]): string[] {
  if (runExperts(run.config.config) < 2) {
    throw new UserError('plane-experts', 'A loss plane needs two experts, and this run has fewer.', {where: run.path});
  }
  const held = weights === undefined ? [] : [`--weights=${weights.join(',')}`];
  return ['plane', run.path, '--experts', experts.join(','), ...held];
}
