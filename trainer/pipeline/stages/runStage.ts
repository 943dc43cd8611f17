import type {Stage} from '../../contract/run/stage.ts';
import {peakMemory} from '../resources/peakMemory.ts';
import {definitionOf} from './registry.ts';
import {type StageContext, type StageOutcome, Stopped} from './stageContext.ts';
import {whenRoom} from './whenRoom.ts';

/** Runs a stage to its end or to a stop, and reports at last how much memory its process took. */
export async function runStage(context: StageContext, stage: Stage): Promise<StageOutcome> {
  try {
    const outcome = await whenRoom(context, () => definitionOf(stage).run(context, stage));
    await context.fence?.();
    if (outcome === 'done') await context.watch.check();
    return outcome;
  } catch (error) {
    if (error instanceof Stopped) return 'stopped';
    throw error;
  } finally {
    context.emit({type: 'memory', stage: context.stage, ...(await peakMemory())});
  }
}
