import {ownCores} from '../../launch/jobResources.ts';

/** The part of this machine that one of several runs at a time gets. */
export interface MachineShare {
  /** Number of the part, from 0. */
  readonly index: number;
  /** Parts of the machine. */
  readonly count: number;
}

/** For a run that has no others beside it. */
export const wholeMachine: MachineShare = {index: 0, count: 1};

/** Cores of a part; at least one. */
export function sharedCores({count}: MachineShare, cores = ownCores()): number {
  return Math.max(1, Math.floor(cores / count));
}

/** GPUs of a part: those that no other has, or one of them all where there are fewer than parts. */
export function sharedGpus(gpus: readonly string[], {index, count}: MachineShare): readonly string[] {
  return gpus.filter((_, i) => (gpus.length < count ? i === index % gpus.length : i % count === index));
}
