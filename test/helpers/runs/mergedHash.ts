import {expect} from 'vitest';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {deme} from '../machine/deme.ts';

/** SHA-256 of the weights of a model of a run. */
export async function weightsOf(run: string, model: string): Promise<string> {
  return (await readModelFolder(runPaths.model(run, model))).weightsHash();
}

/** SHA-256 of the merged weights of a run. */
export function mergedHash(run: string): Promise<string> {
  return weightsOf(run, 'merged');
}

/** The merged weights of an experiment to which nothing happens. It is run when they are first asked for. */
export function undisturbedHash(
  experiment: () => Promise<{readonly config: string; readonly run: string}>,
): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    if (known === undefined) {
      const {config, run} = await experiment();
      const {code, stderr} = await deme(['run', config]);
      expect(code, stderr).toBe(0);
      known = await mergedHash(run);
    }
    return known;
  };
}
