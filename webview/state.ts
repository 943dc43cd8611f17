import {binLength, heatBinLength, heatColumn} from '../trainer/contract/run/curveBins.ts';
import type {ErrorRecord} from '../trainer/contract/errors.ts';
import type {CurveChange, HeatMapChange, HostMessage} from '../trainer/contract/panel/panel.ts';
import {PageState} from '../trainer/contract/panel/panelPage.ts';
import {fromRunList} from '../trainer/contract/panel/runList.ts';
import type {StudySummary} from '../trainer/contract/panel/studyViews.ts';
import type {RunDetails, RunView, SystemUsage} from '../trainer/contract/panel/panelViews.ts';
import type {PreviewCommand} from '../trainer/contract/panel/preview.ts';
import {runColours} from './compare/comparison.ts';
import {afterPreviewNews, noPreview, afterPreviewCommand, type PreviewState} from './merge/preview/previewState.ts';

/** Bins of a curve, thinned to the resolution of the view. */
export interface CurveData {
  readonly bins: Float64Array;
  readonly lead: number;
  readonly stepsInRange: number;
  readonly steps: number;
}

/** Bins of a heat map as separate arrays: an unchanged bin stays the same object, by which caches recognise it. */
export type HeatBins = readonly Float64Array[];

export type DetailsState =
  | {readonly kind: 'asked'}
  | {readonly kind: 'there'; readonly details: RunDetails}
  | {readonly kind: 'failed'; readonly error: ErrorRecord};

/** Everything the page knows. Immutable: every action makes a new state. */
export interface PanelState {
  /** Whether the first snapshot has arrived. */
  readonly isReady: boolean;
  readonly title: string;
  readonly trusted: boolean;
  /** Oldest first. */
  readonly runs: readonly RunView[];
  /** Studies, matrices and benchmarks of these runs, oldest first. */
  readonly studies: readonly StudySummary[];
  /** By `stageKey`. */
  readonly curves: ReadonlyMap<string, CurveData>;
  readonly heatMaps: ReadonlyMap<string, HeatBins>;
  /** By the path of the run. */
  readonly details: ReadonlyMap<string, DetailsState>;
  /** Newest last. */
  readonly usage: readonly SystemUsage[];
  readonly preview: PreviewState;
  readonly error: ErrorRecord | null;
  /** The last completed action, for the status line. */
  readonly notice: string;
  readonly page: PageState;
}

export type PanelAction =
  | Exclude<HostMessage, {type: 'reply' | 'refused'}>
  | {readonly type: 'page'; readonly change: Partial<PageState>}
  | {readonly type: 'details'; readonly run: string; readonly state: DetailsState}
  | {readonly type: 'previewCommand'; readonly command: PreviewCommand}
  | {readonly type: 'notice'; readonly text: string}
  | {readonly type: 'closeError'};

const keptUsage = 150;

export function initialState(saved: unknown): PanelState {
  const page = PageState.safeParse(saved);
  return {
    isReady: false,
    title: '',
    trusted: false,
    runs: [],
    studies: [],
    curves: new Map(),
    heatMaps: new Map(),
    details: new Map(),
    usage: [],
    preview: noPreview,
    error: null,
    notice: '',
    page: page.success ? page.data : PageState.parse({scope: 'experiment', selected: null}),
  };
}

export function stageKey(run: string, stage: string): string {
  return `${run}\n${stage}`;
}

export function reduce(state: PanelState, action: PanelAction): PanelState {
  switch (action.type) {
    case 'snapshot':
      return applySnapshot(state, action);
    case 'run':
      return applyRun(state, action.run);
    case 'removed':
      return {...state, runs: state.runs.filter(({path}) => path !== action.run)};
    case 'studies':
      return {...state, studies: action.studies};
    case 'showStudy': {
      const studies = {...state.page.studies, path: action.path, order: null};
      return {...state, page: {...state.page, tab: 'studies', studies}};
    }
    case 'showCompared': {
      const [baseline = null] = action.runs;
      const compared = {compared: action.runs, comparedColours: state.page.comparedColours};
      const comparedColours = Object.fromEntries(runColours(compared));
      return {...state, page: {...state.page, tab: 'compare', compared: action.runs, comparedColours, baseline}};
    }
    case 'curves':
      return {...state, curves: action.curves.reduce(withCurve, state.curves)};
    case 'heatMaps':
      return {...state, heatMaps: action.heatMaps.reduce(withHeatMap, state.heatMaps)};
    case 'system':
      return {...state, usage: [...state.usage, action.usage].slice(-keptUsage)};
    case 'preview':
      return {...state, preview: afterPreviewNews(state.preview, action.news)};
    case 'previewCommand':
      return {...state, preview: afterPreviewCommand(state.preview, action.command)};
    case 'error':
      return {...state, error: action.error};
    case 'closeError':
      return {...state, error: null};
    case 'page':
      return {...state, page: {...state.page, ...action.change}};
    case 'details':
      return {...state, details: new Map(state.details).set(action.run, action.state)};
    case 'notice':
      return {...state, notice: action.text};
  }
}

/** The run that the page shows: the selected one, else the newest. */
export function selectedRun({runs, page}: PanelState): RunView | undefined {
  return runs.find(({path}) => path === page.selected) ?? runs.at(-1);
}

/** After a restart the page returns to its own run if that still exists. Later the selection of the extension takes precedence. */
function applySnapshot(state: PanelState, snapshot: Extract<HostMessage, {type: 'snapshot'}>): PanelState {
  const {scope, title, trusted, list} = snapshot;
  const runs = fromRunList(list);
  const isThere = (path: string | null) => runs.some((run) => run.path === path);
  const isNewScope = !state.isReady && state.page.scope !== scope;
  const selected =
    state.page.selected !== null && isThere(state.page.selected) && !state.isReady
      ? state.page.selected
      : (snapshot.selected ?? state.page.selected);
  const tab = isNewScope && scope === 'compare' ? 'compare' : state.page.tab;
  return {
    ...state,
    isReady: true,
    title,
    trusted,
    runs: sorted(runs),
    details: new Map(),
    page: {...state.page, scope, selected, tab},
  };
}

/** When a stage has ended there may be new results: the known ones are dropped, and thereby requested again. */
function applyRun(state: PanelState, run: RunView): PanelState {
  const before = state.runs.find(({path}) => path === run.path);
  // In its place: of runs that were created in the same moment none moves when it has news.
  const runs = sorted(before ? state.runs.map((other) => (other === before ? run : other)) : [...state.runs, run]);
  const ended = (view?: RunView) =>
    view?.stages
      .filter((stage) => stage.state !== 'running')
      .map(({name}) => name)
      .join();
  // A run that was only listed until now has stages that ended long ago.
  const isNews = ended(before) !== ended(run) && before?.stages.length !== 0;
  if (!isNews && before?.state === run.state) return {...state, runs};
  const details = new Map(state.details);
  details.delete(run.path);
  return {...state, runs, details};
}

function withCurve(curves: PanelState['curves'], change: CurveChange): PanelState['curves'] {
  const key = stageKey(change.run, change.stage);
  const {lead, stepsInRange, steps} = change;
  const bins = replacedFrom(curves.get(key)?.bins, change.at * binLength, change.bins);
  return new Map(curves).set(key, {bins, lead, stepsInRange, steps});
}

function withHeatMap(maps: PanelState['heatMaps'], change: HeatMapChange): PanelState['heatMaps'] {
  const key = stageKey(change.run, change.stage);
  const length = heatBinLength(change.bins[heatColumn.buckets] ?? 0);
  const news = Array.from({length: change.bins.length / length}, (_, i) =>
    change.bins.subarray(i * length, (i + 1) * length),
  );
  return new Map(maps).set(key, [...(maps.get(key) ?? []).slice(0, change.at), ...news]);
}

function sorted(runs: readonly RunView[]): RunView[] {
  return [...runs].sort((a, b) => Date.parse(a.created) - Date.parse(b.created));
}

function replacedFrom(before: Float64Array | undefined, at: number, tail: Float64Array): Float64Array {
  if (before === undefined || at === 0) return tail;
  const all = new Float64Array(at + tail.length);
  all.set(before.subarray(0, at));
  all.set(tail, at);
  return all;
}
