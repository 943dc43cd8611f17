import {freemem, totalmem} from 'node:os';
import {jobMemory} from '../../launch/jobResources.ts';
import {visibleGpuMemory} from './gpuMemory.ts';
import type {EngineKind} from './memoryEstimate.ts';

/** Memory in bytes that the processes of a run may take. */
export interface MemorySupply {
  /** Of the machine, or what its container, its job or the config allows. */
  readonly total: number;
  /** What of it is free now. */
  readonly free: number;
  /** Of the smallest GPU that may be used; null where it cannot be told, or where the engine uses none. */
  readonly gpu: number | null;
}

/**
 * @param allowed Gigabytes that the config allows a process, in place of what the machine has
 * @param parts runs that share the machine, none of which gets more of what is free than its part
 */
export async function memorySupply(kind: EngineKind, allowed?: number, parts = 1): Promise<MemorySupply> {
  const machine = Math.min(totalmem(), containerLimit(), jobMemory());
  const isCuda = kind.name === 'tensorflow' && kind.device === 'GPU';
  return {
    total: allowed === undefined ? machine : allowed * 1e9,
    free: Math.min(freemem(), machine / parts),
    gpu: isCuda ? await visibleGpuMemory() : null,
  };
}

/** What the control group of the process allows; it says "no limit" by 0 or by a number beyond all memory. */
function containerLimit(): number {
  return process.constrainedMemory() || Infinity;
}
