import type {EngineChoice} from '../../contract/config/config.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {readWanted, type Work} from '../owner/work.ts';
import {workOfSettings} from '../owner/workOfSettings.ts';

/** The work of a benchmark, in the run that has begun it if there is one. */
export async function benchmarkWork(
  configFile: string,
  engine: EngineChoice | undefined,
  onEngine: (engine: EngineInfo) => void,
): Promise<Work> {
  return workOfSettings(await readWanted(configFile, {kind: 'pipeline'}, {engine}), onEngine);
}

/** The part of the work that makes the ruler, and the rest, which is measured with it. */
export function rulerFirst(work: Work): {ruler: Work; rest: Work} {
  const makesRuler = ({stage}: Work['stages'][number]) => stage.kind === 'reference';
  return {
    ruler: {...work, stages: work.stages.filter(makesRuler)},
    rest: {...work, stages: work.stages.filter((stage) => !makesRuler(stage))},
  };
}
