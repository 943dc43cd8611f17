import type {StageView} from '../../trainer/contract/panel/panelViews.ts';
import type {RunEvent} from '../../trainer/contract/run/events.ts';

export type StageTimes = Pick<StageView, 'started' | 'seconds' | 'from'>;

export const noTimes: StageTimes = {started: null, seconds: null, from: null};

/** When each stage of a run started, how long it worked, and from which run its result was taken over, by the rare events of the run. */
export function stageTimes(milestones: readonly RunEvent[]): ReadonlyMap<string, StageTimes> {
  const times = new Map<string, StageTimes>();
  const working = new Set<string>();
  for (const event of milestones) {
    const {stage, time} = event;
    const before = times.get(stage) ?? noTimes;
    if (event.type === 'stage' && event.state === 'started') {
      working.add(stage);
      times.set(stage, {...before, started: time, from: null});
    } else if (event.type === 'stage' && event.state === 'skipped') {
      // A run that is resumed skips what it has done itself, and what it had taken over before.
      times.set(stage, {...before, from: event.from ?? before.from});
    } else if (isEnd(event) && working.delete(stage)) {
      // A clock that was set back meanwhile takes nothing from what other attempts took.
      const took = Math.max(0, time - (before.started ?? time)) / 1000;
      times.set(stage, {...before, seconds: (before.seconds ?? 0) + took});
    }
  }
  return times;
}

function isEnd(event: RunEvent): boolean {
  return event.type === 'failed' || event.type === 'stopped' || (event.type === 'stage' && event.state === 'done');
}
