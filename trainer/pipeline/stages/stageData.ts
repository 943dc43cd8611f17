import type {Datasets} from '../../data/dataset.ts';
import {openData} from '../../data/openData.ts';
import {note, warn, type StageContext} from './stageContext.ts';

/** Opens the images of a run, and reports through its events which files are used for what, and what is left out. */
export async function openStageData(context: StageContext): Promise<Datasets> {
  const {config, folder} = context.resolved;
  if (config.data === undefined) throw new Error(`the stage ${context.stage} needs data`);
  return openData(config.data, folder, warn(context), note(context));
}
