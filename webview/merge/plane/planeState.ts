import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';

/** What the page knows of the loss planes of a run. Immutable: every action makes a new one. */
export interface PlaneState {
  /** Null: no run, or one with fewer than two experts. */
  readonly run: Pick<RunView, 'path' | 'ranges'> | null;
  readonly planes: readonly LossPlane[];
  /** The experts of the horizontal and the vertical axis. */
  readonly experts: readonly [number, number];
  readonly isMeasuring: boolean;
  /** Also true after reading has failed, so that it is not tried again and again. */
  readonly isReading: boolean;
}

export type PlaneAction =
  | {readonly kind: 'show'; readonly run: Pick<RunView, 'path' | 'ranges'> | null}
  | {readonly kind: 'axis'; readonly index: 0 | 1; readonly expert: number}
  | {readonly kind: 'reading' | 'measuring' | 'measured'; readonly run: string}
  | {readonly kind: 'read'; readonly run: string; readonly planes: readonly LossPlane[]};

export const noPlanes: PlaneState = {run: null, planes: [], experts: [0, 1], isMeasuring: false, isReading: false};

/** Results of a run that is no longer shown are ignored. */
export function reducePlanes(state: PlaneState, action: PlaneAction): PlaneState {
  if ('run' in action && typeof action.run === 'string' && action.run !== state.run?.path) return state;
  switch (action.kind) {
    case 'show': {
      const run = action.run !== null && action.run.ranges.length > 1 ? action.run : null;
      return run?.path === state.run?.path ? {...state, run} : {...noPlanes, run};
    }
    case 'axis':
      return {...state, experts: withAxis(state.experts, action.index, action.expert)};
    case 'reading':
      return {...state, isReading: true};
    case 'read': {
      const isSame = JSON.stringify(action.planes) === JSON.stringify(state.planes);
      return {...state, isReading: false, planes: isSame ? state.planes : action.planes};
    }
    case 'measuring':
      return {...state, isMeasuring: true};
    case 'measured':
      return {...state, isMeasuring: false};
  }
}

/** The plane over the chosen experts, as far as it is measured. */
export function shownPlane({planes, experts}: PlaneState): LossPlane | undefined {
  return planes.find((plane) => plane.experts.join() === experts.join());
}

/** Whether there may be more of the plane on disk by now: this page, another window or the command line may be measuring it. */
export function isGrowing(state: PlaneState): boolean {
  const plane = shownPlane(state);
  const isComplete = plane !== undefined && plane.done >= plane.total;
  return state.run !== null && !state.isReading && (state.isMeasuring || !isComplete);
}

/** The axes need different experts: if both would be the same, they swap. */
function withAxis(experts: PlaneState['experts'], index: 0 | 1, expert: number): PlaneState['experts'] {
  const [before, other] = index === 0 ? experts : [experts[1], experts[0]];
  const next = other === expert ? before : other;
  return index === 0 ? [expert, next] : [next, expert];
}
