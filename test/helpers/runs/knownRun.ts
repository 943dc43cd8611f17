import {parseConfig} from '../../../trainer/contract/config/parseConfig.ts';
import {reportVerdict} from '../../../trainer/contract/overview/reportVerdict.ts';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import type {CurrentState} from '../../../trainer/store/run/runState.ts';
import type {Run} from '../../../extension/runs/run.ts';
import {addEvents, plannedProgress} from '../../../trainer/contract/run/runProgress.ts';

/** A run of `/project/digits.deme.yaml` with two experts, as the editor knows it; `changes` replaces what a test is about. */
export function knownRun(changes: Partial<Run> & {id?: string} = {}): Run {
  const {id = 'digits-1', ...rest} = changes;
  const text =
    'name: digits\nbase: base\ndata: {kind: mnist}\ndecouple: {ranges: 2}\nmerge: {search: {}}\nevaluate: {}\n';
  return {
    path: `/project/.deme/runs/${id}`,
    record: {
      format: 1,
      id,
      name: 'digits',
      tool: 'test',
      created: '2026-01-01T00:00:00.000Z',
      config: 'digits.deme.yaml',
      engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    },
    config: {folder: '/project', baseFolder: '/project/base', config: parseConfig(text, 'digits.deme.yaml')},
    state: null,
    progress: plannedProgress([], new Set()),
    silentSeconds: null,
    report: null,
    verdict: rest.report ? reportVerdict(rest.report) : null,
    notes: {format: 1, tags: [], note: ''},
    timesteps: 1000,
    problem: null,
    ...rest,
  };
}

/** A state of a run. */
export function knownState(
  state: CurrentState['state'],
  progress = 0.425,
  more: Partial<CurrentState> = {},
): CurrentState {
  return {state, pid: 1, started: 0, heartbeat: 0, stage: 'expert-0', progress, ...more};
}

/** The progress of a run with these stages planned, some of them done, after some events. */
export function knownProgress(planned: readonly string[], done: readonly string[], events: readonly RunEvent[] = []) {
  return addEvents(plannedProgress(planned, new Set(done)), events);
}

/** A `step` event of a training of 100 updates, one a second. */
export function stepEvent(update: number, changes: Partial<Extract<RunEvent, {type: 'step'}>> = {}): RunEvent {
  return {
    type: 'step',
    time: update * 1000,
    stage: 'expert-0',
    update,
    updates: 100,
    losses: {denoise: 0.02, consistency: 0.001},
    gradientNorm: 1,
    learningRate: 1e-4,
    secondsPerUpdate: 1,
    ...changes,
  };
}

/** Losses of base and merged model, and nothing else, as a report has them. */
export function knownReport(base: number, merged: number): Run['report'] {
  const estimate = {mean: 0, standardError: 0};
  const model = (mean: number) => ({
    perRange: [],
    mean,
    standardError: 1e-5,
    differenceToBase: {mean: mean - base, standardError: 1e-5},
    perRangeDifference: [],
  });
  return {
    heldOut: {base: model(base), merged: model(merged)},
    mergedToOrdinary: estimate,
    weights: [0.5, 0.5],
    search: null,
    frechet: {},
    warnings: [],
    kid: {},
    engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    seconds: 1,
    stageSeconds: {},
    peakMemory: {},
    recipe: {},
  };
}
