import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {PanelAction} from '../../webview/state.ts';

/** A run as the host shows it. */
export const runView = (id: string, change: Partial<RunView> = {}): RunView => ({
  path: `/runs/${id}`,
  id,
  name: 'digits',
  created: `2026-01-0${id.at(-1)}T00:00:00.000Z`,
  state: 'running',
  error: null,
  progress: 0,
  secondsLeft: null,
  engine: 'wasm',
  stages: [],
  images: [],
  checkpoints: [],
  ranges: [],
  timesteps: 1000,
  settings: {},
  ...change,
});

/** The first that a page hears. */
export const snapshotOf = (runs: RunView[], selected: string | null = null): PanelAction => ({
  type: 'snapshot',
  scope: 'experiment',
  title: 'digits',
  runs,
  selected,
  trusted: true,
});
