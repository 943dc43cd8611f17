import {resolve} from 'node:path';
import type {EngineChoice} from '../../contract/config/config.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {listRuns} from '../../store/run/runFolder.ts';
import {isOfSameSettings} from '../owner/findReusableRun.ts';
import {readWanted, workInNewRun, workInRun, type Work} from '../owner/work.ts';

/**
 * The work of a benchmark: in its newest run of the same settings, which goes on where it is, else in a new one, which takes over what earlier
 * ones did with the same inputs.
 */
export async function benchmarkWork(
  configFile: string,
  engine: EngineChoice | undefined,
  onEngine: (engine: EngineInfo) => void,
): Promise<Work> {
  const wanted = await readWanted(configFile, {kind: 'pipeline'}, {engine});
  const {config, folder} = wanted.resolved;
  const runs = await listRuns(resolve(folder, config.output), () => undefined);
  for (const run of runs.reverse()) {
    const fits = config.engine.name === 'auto' || config.engine.name === run.record.engine.name;
    if (fits && (await isOfSameSettings(run, wanted))) return workInRun(wanted, run);
  }
  return workInNewRun(wanted, onEngine);
}

/** The part of the work that makes the ruler, and the rest, which is measured with it. */
export function rulerFirst(work: Work): {ruler: Work; rest: Work} {
  const makesRuler = ({stage}: Work['stages'][number]) => stage.kind === 'reference';
  return {
    ruler: {...work, stages: work.stages.filter(makesRuler)},
    rest: {...work, stages: work.stages.filter((stage) => !makesRuler(stage))},
  };
}
