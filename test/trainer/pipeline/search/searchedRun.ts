import {join, resolve} from 'node:path';
import {mkdir, readFile} from 'node:fs/promises';
import type {NewRunEvent} from '../../../../trainer/contract/run/events.ts';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {watchInputs} from '../../../../trainer/pipeline/stages/inputWatch.ts';
import type {StageContext} from '../../../../trainer/pipeline/stages/stageContext.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

/** The search stage of a run of its own, with two random experts that are given. */
export interface SearchedRun {
  readonly run: string;
  readonly events: NewRunEvent[];
  /** @param stopAt number of the unit of work before which a stop is asked */
  context(stopAt?: number): Promise<StageContext>;
}

export async function searchedRun(search: object, changes: Record<string, unknown> = {}): Promise<SearchedRun> {
  const folder = await temporaryFolder();
  const experts = ['expert-a', 'expert-b'].map((model) => ({model}));
  const settings = {experts, merge: {search: {images: 4, timesteps: 1, ...search}}, decouple: undefined, ...changes};
  const file = await writeTinyExperiment(folder, settings);
  for (const [i, {model}] of experts.entries()) await writeTinyBase(join(folder, model), i + 2);
  const run = join(folder, 'run');
  await mkdir(run);
  const config = parseConfig(await readFile(file, 'utf8'), file);
  const resolved = {folder, baseFolder: resolve(folder, config.base ?? ''), config};
  const events: NewRunEvent[] = [];
  const context = async (stopAt = Infinity): Promise<StageContext> => {
    let asked = 0;
    return {
      run,
      resolved,
      stage: 'search',
      watch: await watchInputs(run, resolved),
      emit: (event) => events.push(event),
      nextAction: () => Promise.resolve(asked++ >= stopAt ? 'stop' : 'continue'),
    };
  };
  return {run, events, context};
}
