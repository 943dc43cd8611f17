import {durationText, estimatedLeftText, timeLeftText} from '../../trainer/contract/durationText.ts';
import {isActiveRun, type Run} from './run.ts';
import {percentText} from '../../trainer/contract/percentText.ts';
import type {StageProgress, StageState} from '../../trainer/contract/run/runProgress.ts';

/** `running 42 %, 3 min left`, `done, better than the base by 0.38 %`, `failed: No images.` */
export function runStateText(run: Run): string {
  const {state, silentSeconds} = run;
  if (state === null) return 'starting';
  if (silentSeconds !== null) {
    const silence = silentSeconds < 120 ? `${silentSeconds} s` : durationText(silentSeconds);
    return `${state.state} at ${percentText(state.progress)}, but its process has said nothing for ${silence}`;
  }
  switch (state.state) {
    case 'running':
      return [`running ${percentText(state.progress)}`, ...(state.left ? [estimatedLeftText(state.left)] : [])].join(
        ', ',
      );
    case 'queued':
      return `in the queue${state.progress > 0 ? ` at ${percentText(state.progress)}` : ''}: ${state.queue ?? 'its jobs wait'}`;
    case 'paused':
    case 'stopping':
    case 'stopped':
      return `${state.state} at ${percentText(state.progress)}`;
    case 'lost':
      return `lost at ${percentText(state.progress)}, its process is gone`;
    case 'failed':
      return `failed: ${state.error?.message ?? 'for an unknown reason'}`;
    case 'done':
      return ['done', run.verdict?.short ?? bestText(run)].filter((text) => text !== null).join(', ');
  }
}

/** The number that a run is judged by: the held-out loss of its merged model, else of the best one; null as long as it has none. */
export function bestLoss({report}: Run): {model: string; loss: number} | null {
  if (report === null) return null;
  const losses = Object.entries(report.heldOut).filter(([model]) => model !== 'base');
  const best = losses.sort(([, a], [, b]) => a.mean - b.mean)[0];
  const [model, heldOut] = report.heldOut.merged ? (['merged', report.heldOut.merged] as const) : (best ?? []);
  if (model === undefined || heldOut === undefined) return null;
  return {model, loss: heldOut.mean};
}

/** `held-out loss 0.0212` */
export function bestText(run: Run): string | null {
  const best = bestLoss(run);
  return best === null ? null : `held-out loss ${lossText(best.loss)}`;
}

/** The state of a stage, given that of its run: what a process that is gone was doing has been stopped. */
export function stageStateOf(run: Run, stage: StageProgress): StageState {
  return stage.state === 'running' && !isActiveRun(run) ? 'stopped' : stage.state;
}

/** `42 %, 3 min left`, `paused at 42 %`, `done`, `waiting`, `job 12_3: others come first (Priority)` */
export function stageText(run: Run, stage: StageProgress): string {
  const state = stageStateOf(run, stage);
  if (state === 'running' && run.state?.state === 'paused') return `paused at ${percentText(stage.share)}`;
  if (state === 'running')
    return stage.share < 1 ? withTimeLeft(percentText(stage.share), stage.secondsLeft) : 'finishing';
  const waiting = run.state?.waiting?.[stage.stage];
  if (state !== 'done' && waiting !== undefined) return waiting;
  const cancelled = run.state?.cancelled?.[stage.stage];
  if (state !== 'done' && cancelled !== undefined)
    return stage.share > 0 ? `${cancelled}, at ${percentText(stage.share)}` : cancelled;
  if (state === 'stopped' && stage.share > 0) return `stopped at ${percentText(stage.share)}`;
  return state;
}

/** `0.0212`: three digits that count. */
export function lossText(loss: number): string {
  return loss >= 1e-4 && loss < 1000 ? String(Number(loss.toPrecision(3))) : loss.toExponential(2);
}

function withTimeLeft(text: string, seconds: number | null): string {
  return seconds === null ? text : `${text}, ${timeLeftText(seconds)}`;
}
