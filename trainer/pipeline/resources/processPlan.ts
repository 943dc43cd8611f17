import type {EngineConfig} from '../../contract/config/config.ts';
import type {RunRecord} from '../../contract/run/records.ts';
import {ownCores} from '../../launch/jobResources.ts';

/** Stage processes at once, and the engine of each. */
export interface ProcessPlan {
  readonly parallel: number;
  readonly engine: EngineConfig;
  /** GPUs to share among the processes, one each; empty where CUDA has no part in it. */
  readonly gpus: readonly string[];
}

/** What bounds the number of processes besides the config. */
export interface ProcessBounds {
  readonly stages: number;
  /** Processes whose memory fits. */
  readonly fit: number;
  readonly cores?: number;
  /** GPUs that CUDA may use, as values for CUDA_VISIBLE_DEVICES; empty where they cannot be listed. */
  readonly gpus?: readonly string[];
}

/**
 * How the machine is shared: on CPU one single-threaded process per core, since independent experts scale better than the threads of
 * one network; on GPUs one process for each, which sees no other. `processes` and `threads` of the config overrule it; more processes
 * than GPUs share them evenly. The stages get the engine and the device that the run settled on: they must not choose again in each.
 */
export function planProcesses(config: EngineConfig, settled: RunRecord['engine'], bounds: ProcessBounds): ProcessPlan {
  const {stages, fit, cores = ownCores()} = bounds;
  const isCuda = settled.name === 'tensorflow' && settled.device === 'GPU';
  const gpus = isCuda ? (bounds.gpus ?? []) : [];
  const usual = settled.device === 'GPU' ? Math.max(1, gpus.length) : Math.min(cores, fit);
  const parallel = Math.max(1, Math.min(config.processes ?? usual, stages));
  const threads = config.threads ?? Math.max(1, Math.floor(cores / parallel));
  const device = settled.device === 'GPU' ? 'gpu' : 'cpu';
  const {processes: _, ...asked} = config;
  return {parallel, engine: {...asked, name: settled.name, device, threads}, gpus};
}
