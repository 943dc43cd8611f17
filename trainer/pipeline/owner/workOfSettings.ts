import {resolve} from 'node:path';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {listRuns} from '../../store/run/runFolder.ts';
import {isOfEngine, isOfSameSettings} from './findReusableRun.ts';
import {workInNewRun, workInRun, type Wanted, type Work} from './work.ts';

/**
 * The work in the newest run of the same settings, which goes on where it is, else in a new one, which takes over what earlier ones did with the
 * same inputs. `onEngine` receives which engine a new run gets and why.
 */
export async function workOfSettings(wanted: Wanted, onEngine: (engine: EngineInfo) => void): Promise<Work> {
  const {config, folder} = wanted.resolved;
  const runs = await listRuns(resolve(folder, config.output), () => undefined);
  for (const run of runs.reverse()) {
    if (isOfEngine(run, config) && (await isOfSameSettings(run, wanted))) return workInRun(wanted, run);
  }
  return workInNewRun(wanted, onEngine);
}
