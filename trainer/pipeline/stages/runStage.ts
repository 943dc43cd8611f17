import {peakMemory} from '../resources/peakMemory.ts';
import {evaluateStage} from './evaluateStage.ts';
import {mergeStage} from './mergeStage.ts';
import {pretrainStage} from './pretrainStage.ts';
import {referenceStage} from './referenceStage.ts';
import {reportStage} from './reportStage.ts';
import {searchStage} from './searchStage.ts';
import {expertStage, ordinaryStage} from './trainStage.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';
import {whenRoom} from './whenRoom.ts';

/** Runs the stage that the context names, to its end or to a stop, and tells at last how much memory it took. */
export async function runStage(context: StageContext): Promise<StageOutcome> {
  try {
    return await whenRoom(context, () => runKind(context));
  } finally {
    context.emit({type: 'memory', stage: context.stage, ...(await peakMemory())});
  }
}

async function runKind(context: StageContext): Promise<StageOutcome> {
  const expert = /^expert-(\d+)$/.exec(context.stage);
  if (expert) return expertStage(context, Number(expert[1]));
  const evaluation = /^evaluate-(.+)$/.exec(context.stage);
  if (evaluation?.[1]) return evaluateStage(context, evaluation[1]);
  const stage = named[context.stage];
  if (stage === undefined) throw new Error(`no stage is named ${context.stage}`);
  return stage(context);
}

const named: Record<string, (context: StageContext) => Promise<StageOutcome>> = {
  ordinary: ordinaryStage,
  pretrain: pretrainStage,
  search: searchStage,
  merge: mergeStage,
  reference: referenceStage,
  report: reportStage,
};

/** Whether a stage trains a network; the others only let it predict. */
export function trains(stage: string): boolean {
  return /^(pretrain|ordinary|expert-\d+)$/.test(stage);
}

/** The report only reads and writes files: its process needs no engine. */
export function needsEngine(stage: string): boolean {
  return stage !== 'report';
}
