import {UserError} from '../../contract/errors.ts';
import {runExperts, WeightsRecord, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/** Which plane is wanted. */
export interface PlaneRequest {
  readonly run: RunFolder;
  readonly resolved: ResolvedConfig;
  /** The experts of the horizontal and the vertical axis. */
  readonly experts: readonly [number, number];
  /** One for each expert; left out: those of the run, else 1/N. */
  readonly weights?: readonly number[];
  /** Validation images, and timesteps for each and range. */
  readonly images: number;
  readonly timesteps: number;
}

/** The weights of a plane. Throws a UserError for experts that are not there, and for weights that are not as many as those. */
export async function planeWeights({run, resolved, experts, weights}: PlaneRequest): Promise<number[]> {
  const count = runExperts(resolved.config);
  if (resolved.config.data === undefined) {
    throw new UserError('plane-data', 'The loss is measured on images, but the config of the run has no data.', {
      where: run.path,
    });
  }
  const unknown = experts.find((expert) => expert >= count);
  if (unknown !== undefined || experts[0] === experts[1]) {
    const text = unknown === undefined ? 'A plane needs two different experts.' : `There is no expert ${unknown}.`;
    throw new UserError('plane-experts', text, {
      where: run.path,
      hint: `The run has ${count}, counted from 0; give two, as in --experts 0,1.`,
    });
  }
  const held = weights ?? (await weightsOfRun(run.path)) ?? Array.from({length: count}, () => 1 / count);
  if (held.length === count) return [...held];
  throw new UserError('plane-weights', `${count} experts need ${count} weights, not ${held.length}.`);
}

async function weightsOfRun(run: string): Promise<readonly number[] | null> {
  const file = runPaths.weights(run);
  return (await fileExists(file)) ? (await readJson(file, WeightsRecord, 'the merge weights')).weights : null;
}
