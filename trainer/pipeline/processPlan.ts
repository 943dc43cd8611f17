import {availableParallelism} from 'node:os';
import type {EngineConfig} from '../contract/config.ts';
import type {RunRecord} from '../contract/records.ts';

/** Stage processes at once, and the engine of each. */
export interface ProcessPlan {
  readonly parallel: number;
  readonly engine: EngineConfig;
}

/** What bounds the number of processes besides the config. */
export interface ProcessBounds {
  readonly stages: number;
  /** Processes whose memory fits. */
  readonly fit: number;
  readonly cores?: number;
}

/**
 * How cores are shared: on CPU one single-threaded process per core, since independent experts scale better than the threads of one
 * network; on a GPU one process at a time. `processes` and `threads` of the config overrule it. The stages get the engine that the
 * run settled on: `auto` must not choose anew in each.
 */
export function planProcesses(config: EngineConfig, settled: RunRecord['engine'], bounds: ProcessBounds): ProcessPlan {
  const cores = bounds.cores ?? availableParallelism();
  const usual = settled.device === 'GPU' ? 1 : Math.min(cores, bounds.fit);
  const parallel = Math.max(1, Math.min(config.processes ?? usual, bounds.stages));
  const threads = config.threads ?? Math.max(1, Math.floor(cores / parallel));
  return {parallel, engine: {name: settled.name, threads}};
}
