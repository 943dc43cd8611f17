import {isDiskFull} from '../../store/files/atomicFile.ts';
import {writeWithRoom, type DiskWatch} from '../../store/files/writeWithRoom.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';

/** Bytes to expect of a result whose size was not computed beforehand. */
const usual = 2 ** 24;

/**
 * Carries out the work of a stage. One that finds the disk full waits for room and begins again, from its last checkpoint where it has
 * any; trainings wait by themselves and lose nothing.
 */
export async function whenRoom(
  {run, stage, emit, nextAction}: StageContext,
  work: () => Promise<StageOutcome>,
  disk?: DiskWatch,
): Promise<StageOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
  const say = (level: 'info' | 'warning', message: string) =>
    emit({type: 'log', stage, level, message, waiting: level === 'warning'});
  const request = {folder: run, bytes: usual, what: `the result of ${stage}`, say, nextAction, disk};
  return (await writeWithRoom(request, work))?.result ?? 'stopped';
}
