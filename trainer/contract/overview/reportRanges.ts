import type {Report} from '../run/report.ts';

/** Timesteps [low, high) of each expert, as the report of a run has measured them; none where it has not. */
export function reportRanges({heldOut}: Pick<Report, 'heldOut'>): [number, number][] {
  return heldOut['base']?.perRange.map(({range}): [number, number] => range) ?? [];
}
