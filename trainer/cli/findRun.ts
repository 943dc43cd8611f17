import {resolve} from 'node:path';
import {UserError} from '../contract/errors.ts';
import {fileExists} from '../store/files/fileExists.ts';
import {openRun, type RunFolder} from '../store/run/runFolder.ts';

/** Folder of the runs where nothing else is said; relative to where the user stands. */
export const defaultOutput = '.deme/runs';
/** What `--output` is for where a verb takes one run. */
export const outputText = 'folder of the runs, for a run given by its name';

/** The run that a user means: its folder, or its name in the output folder. */
export async function findRun(text: string, output: string): Promise<RunFolder> {
  for (const path of [resolve(output, text), resolve(text)]) {
    if (await fileExists(resolve(path, 'run.json'))) return openRun(path);
  }
  throw new UserError('run-missing', `There is no run ${text}.`, {
    where: resolve(output),
    hint: 'Give the folder of a run, or a name that `deme runs` lists.',
  });
}
