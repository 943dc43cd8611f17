import type {ErrorRecord} from '../../../trainer/contract/errors.ts';
import type {MergeSetting} from '../../../trainer/contract/config/mergeSetting.ts';
import type {PreviewCommand, PreviewNews, PreviewPicture} from '../../../trainer/contract/panel/preview.ts';

/** What was ordered last, and how far it is. */
export interface PreviewDrawingState {
  readonly id: number;
  readonly kind: 'draw' | 'grid';
  readonly state: 'drawing' | 'done' | 'cancelled' | 'failed';
  /** One for each picture. */
  readonly settings: readonly MergeSetting[];
}

/** All that the page knows of the live preview. Never changes: every action makes another one. */
export interface PreviewState {
  readonly phase: 'off' | 'starting' | 'ready';
  readonly run: string | null;
  /** Which engine computes and why, and how long the loading took. */
  readonly engine: string;
  readonly parameters: number;
  readonly seconds: number;
  readonly error: ErrorRecord | null;
  readonly drawing: PreviewDrawingState | null;
  /** The merge that is shown, and when its pictures came. */
  readonly merged: PreviewPicture | null;
  readonly mergedSetting: MergeSetting | null;
  readonly coarseSeconds: number | null;
  readonly base: PreviewPicture | null;
  readonly saved: PreviewPicture | null;
  /** Pictures of the last grid, by cell. */
  readonly cells: ReadonlyMap<number, PreviewPicture>;
}

export const noPreview: PreviewState = {
  phase: 'off',
  run: null,
  engine: '',
  parameters: 0,
  seconds: 0,
  error: null,
  drawing: null,
  merged: null,
  mergedSetting: null,
  coarseSeconds: null,
  base: null,
  saved: null,
  cells: new Map(),
};

/** What follows when the page has given an order. */
export function orderPreview(state: PreviewState, command: PreviewCommand): PreviewState {
  switch (command.kind) {
    case 'start':
      return {...noPreview, phase: 'starting', run: command.run};
    case 'stop':
      return noPreview;
    case 'cancel':
      return state;
    case 'draw': {
      const {id, setting} = command;
      return {...state, error: null, drawing: {id, kind: 'draw', state: 'drawing', settings: [setting]}};
    }
    case 'grid': {
      const {id, settings} = command;
      return {...state, error: null, drawing: {id, kind: 'grid', state: 'drawing', settings}, cells: new Map()};
    }
  }
}

/** What follows from news; merges of an order that is not the last one change nothing. */
export function hearPreview(state: PreviewState, news: PreviewNews): PreviewState {
  if (news.kind === 'ended') return {...noPreview, error: news.error};
  if (state.phase === 'off') return state;
  if (news.kind === 'ready') {
    const {engine, parameters, seconds} = news;
    return {...state, phase: 'ready', engine: engine.reason, parameters, seconds};
  }
  // Drawn once for all orders of the same size, whichever of them is the last by now.
  if (news.kind === 'picture' && news.of === 'base') return {...state, base: news};
  if (news.kind === 'picture' && news.of === 'saved') return {...state, saved: news};
  const {drawing} = state;
  if (drawing?.id !== news.id) return state;
  if (news.kind === 'picture') return withPicture(state, drawing, news);
  return {
    ...state,
    drawing: {...drawing, state: news.kind},
    error: news.kind === 'failed' ? news.error : state.error,
  };
}

function withPicture(state: PreviewState, drawing: PreviewDrawingState, picture: PreviewPicture): PreviewState {
  if (picture.of === 'cell') return {...state, cells: new Map(state.cells).set(picture.cell, picture)};
  const coarseSeconds = picture.of === 'coarse' ? picture.seconds : coarseOf(state, picture);
  return {...state, merged: picture, mergedSetting: drawing.settings[0] ?? null, coarseSeconds};
}

/** The time of the coarse picture of the same order. */
function coarseOf({merged, coarseSeconds}: PreviewState, {id}: PreviewPicture): number | null {
  return merged?.id === id ? coarseSeconds : null;
}
