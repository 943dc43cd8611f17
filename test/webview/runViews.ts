import type {RunView, StageView} from '../../trainer/contract/panel/panelViews.ts';
import {toRunList} from '../../trainer/contract/panel/runList.ts';
import type {PanelAction} from '../../webview/state.ts';

/** A run as the host shows it. */
export const runView = (id: string, change: Partial<RunView> = {}): RunView => ({
  path: `/runs/${id}`,
  id,
  name: 'digits',
  created: `2026-01-0${id.at(-1)}T00:00:00.000Z`,
  state: 'running',
  headline: {text: 'The run is starting.', short: null, outcome: null},
  error: null,
  progress: 0,
  left: null,
  tags: [],
  note: '',
  scores: {},
  said: null,
  command: 'deme run digits.deme.yaml',
  engine: 'wasm',
  stages: [],
  images: [],
  ranges: [],
  timesteps: 1000,
  evaluates: true,
  merges: true,
  settings: {},
  ...change,
});

/** A stage of such a run that waits for its turn. */
export const stageView = (name: string, change: Partial<StageView> = {}): StageView => ({
  name,
  state: 'waiting',
  share: 0,
  update: 0,
  updates: 0,
  secondsPerUpdate: null,
  secondsWaited: null,
  secondsLeft: null,
  memory: null,
  started: null,
  seconds: null,
  from: null,
  phase: null,
  ...change,
});

/** The first that a page hears. */
export const snapshotOf = (runs: RunView[], selected: string | null = null): PanelAction => ({
  type: 'snapshot',
  scope: 'experiment',
  title: 'digits',
  list: toRunList(runs),
  selected,
  trusted: true,
});
