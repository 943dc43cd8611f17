import {watchInputs} from '../stages/inputWatch.ts';
import type {StageContext} from '../stages/stageContext.ts';
import type {MeasuredRun} from './measurement.ts';

/** A measurement is not a stage of its run: it emits no events and cannot be stopped through the run. */
export async function measuringContext({run, resolved, onWarning}: MeasuredRun, stage: string): Promise<StageContext> {
  return {
    run: run.path,
    resolved,
    stage,
    watch: await watchInputs(run.path, resolved),
    emit: (event) => (event.type === 'log' ? onWarning(event.message) : undefined),
    nextAction: () => Promise.resolve('continue'),
  };
}
