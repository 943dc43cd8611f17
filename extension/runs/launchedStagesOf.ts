import {stageText} from './runText.ts';
import type {Run} from './run.ts';

/** A stage whose job of a scheduler waits or runs, and how it goes, in words. */
export interface OpenStage {
  readonly stage: string;
  readonly text: string;
}

/** The stages of a launched run whose jobs wait or run, those that run first; none of any other run. */
export function launchedStagesOf(run: Run): OpenStage[] {
  const {working = [], waiting = {}} = run.state ?? {};
  const running = working.map(({stage, job}) => {
    const progress = run.progress.stages.get(stage);
    const how = progress === undefined ? 'running' : stageText(run, progress);
    return {stage, text: job === null ? how : `job ${job}: ${how}`};
  });
  return [...running, ...Object.entries(waiting).map(([stage, text]) => ({stage, text}))];
}
