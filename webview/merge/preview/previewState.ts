import type {ErrorRecord} from '../../../trainer/contract/errors.ts';
import type {MergeSetting} from '../../../trainer/contract/config/merge/mergeSetting.ts';
import type {PreviewCommand, PreviewNews, PreviewPicture} from '../../../trainer/contract/panel/preview.ts';

/** The last request and its state. */
export interface PreviewDrawingState {
  readonly id: number;
  readonly kind: 'draw' | 'grid';
  readonly state: 'drawing' | 'done' | 'cancelled' | 'failed';
  /** One merge per picture. */
  readonly settings: readonly MergeSetting[];
  /** Images of the refined picture; of each prompt. */
  readonly images: number;
}

/** Everything the page knows about the live preview. Immutable: every action makes a new state. */
export interface PreviewState {
  readonly phase: 'off' | 'starting' | 'ready';
  readonly run: string | null;
  /** The engine and why it was chosen, the size of the model, and how long it took to load. */
  readonly engine: string;
  readonly parameters: number;
  readonly seconds: number;
  /** Whether the models draw what a text asks for. */
  readonly hasText: boolean;
  readonly error: ErrorRecord | null;
  readonly drawing: PreviewDrawingState | null;
  /** The shown picture with its merge, and the time until its coarse version was there. */
  readonly merged: PreviewPicture | null;
  readonly mergedSetting: MergeSetting | null;
  /** Images of its refined version; of each prompt. */
  readonly mergedImages: number;
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
  hasText: false,
  error: null,
  drawing: null,
  merged: null,
  mergedSetting: null,
  mergedImages: 0,
  coarseSeconds: null,
  base: null,
  saved: null,
  cells: new Map(),
};

/** The state after a command of the page. */
export function afterPreviewCommand(state: PreviewState, command: PreviewCommand): PreviewState {
  switch (command.kind) {
    case 'start':
      return {...noPreview, phase: 'starting', run: command.run};
    case 'stop':
      return noPreview;
    case 'cancel':
      return state;
    case 'draw': {
      const {id, setting, images} = command;
      return {...state, error: null, drawing: {id, kind: 'draw', state: 'drawing', settings: [setting], images}};
    }
    case 'grid': {
      const {id, settings, images} = command;
      return {...state, error: null, drawing: {id, kind: 'grid', state: 'drawing', settings, images}, cells: new Map()};
    }
  }
}

/** The state after a message of the preview. Pictures of earlier requests are ignored. */
export function afterPreviewNews(state: PreviewState, news: PreviewNews): PreviewState {
  if (news.kind === 'ended') return {...noPreview, error: news.error};
  if (state.phase === 'off') return state;
  if (news.kind === 'ready') {
    const {engine, parameters, seconds, hasText = false} = news;
    return {...state, phase: 'ready', engine: engine.reason, parameters, seconds, hasText};
  }
  // These are drawn once for all requests of the same size, also for earlier ones.
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
  const {settings, images} = drawing;
  return {...state, merged: picture, mergedSetting: settings[0] ?? null, mergedImages: images, coarseSeconds};
}

/** The time of the coarse picture of the same request. */
function coarseOf({merged, coarseSeconds}: PreviewState, {id}: PreviewPicture): number | null {
  return merged?.id === id ? coarseSeconds : null;
}
