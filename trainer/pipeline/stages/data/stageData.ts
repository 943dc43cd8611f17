import type {Datasets} from '../../../data/dataset.ts';
import {note, warn, type StageContext} from '../stageContext.ts';

/** Opens the images of a run, and reports through its events which files are used for what, and what is left out. */
export async function openStageData(context: StageContext): Promise<Datasets> {
  return context.watch.openData(warn(context), note(context));
}
