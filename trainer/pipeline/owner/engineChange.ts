import type {RunRecord} from '../../contract/run/records.ts';

type Engine = RunRecord['engine'];

/** A sentence about an engine that is not the one that the run was begun with; null where nothing differs. */
export function engineChange(begun: Engine, started: Engine): string | null {
  const [before, now] = [engineText(begun), engineText(started)];
  if (before === now) return null;
  return `the run was begun with ${before} and goes on with ${now}: its numbers are not those of an unbroken run.`;
}

/** `tensorflow 2.21.0 on the CPU with 2 threads` */
function engineText({name, version, device, adapter, threads}: Engine): string {
  const where = `on the ${device}${adapter === undefined ? '' : ` (${adapter})`}`;
  return `${name} ${version} ${where} with ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
