import {estimatedLeftText} from '../../contract/durationText.ts';
import {percentText} from '../../contract/percentText.ts';
import type {CurrentState} from '../../store/run/runState.ts';

/** How a run that goes on does as a whole. */
export interface RunStatus {
  /** One line. */
  readonly text: string;
  /** What of it is news at once; the rest changes all the time. */
  readonly news: string;
}

/** `The run is at 42 %, 3 min left`, `The run is paused at 42 %`, `In the queue: ...`; null once it goes on no more. */
export function runStatus({state, progress, left, queue}: CurrentState): RunStatus | null {
  const at = `at ${percentText(progress)}`;
  switch (state) {
    case 'running':
      return {text: `The run is ${at}${left ? `, ${estimatedLeftText(left)}` : ''}`, news: state};
    case 'paused':
    case 'stopping':
      return {text: `The run is ${state} ${at}`, news: state};
    case 'queued':
      return queue === undefined ? null : {text: `In the queue: ${queue}.`, news: queue};
    default:
      return null;
  }
}
