import type {RunEvent} from '../../../trainer/contract/run/events.ts';

/** What one owner of a run did, from its start to its end. */
export interface Session {
  /** Stages that were done before. */
  readonly finished: readonly string[];
  readonly events: readonly RunEvent[];
}

/**
 * The last session of a run in which a stage was done. A log has those of all its owners one after the other: each begins with the stages that are done,
 * before them the events of those that were taken over with the times of the run that made them, and ends with `stopped` or `done`, or nothing where the
 * owner died.
 */
export function lastSession(log: readonly RunEvent[]): Session {
  const sessions: RunEvent[][] = [[]];
  const running = new Set<string>();
  const begin = () => {
    sessions.push([]);
    running.clear();
  };
  for (const event of log) {
    const current = sessions.at(-1) ?? [];
    const isStage = event.type === 'stage';
    const hasStarted = current.some((before) => before.type === 'stage' && before.state === 'started');
    const isSkipped = isStage && event.state === 'skipped';
    const isAgain = isStage && event.state === 'started' && running.has(event.stage);
    if ((isSkipped && hasStarted) || isAgain) begin();
    if (isStage && event.state === 'started') running.add(event.stage);
    if (isStage && event.state === 'done') running.delete(event.stage);
    sessions.at(-1)?.push(event);
    if (event.stage === 'run' && (event.type === 'stopped' || event.type === 'done')) begin();
  }
  const last = sessions.findLast((events) => events.some((event) => event.type === 'stage' && event.state === 'done'));
  if (last === undefined) throw new Error('no stage of this run was done');
  const skipped = last.flatMap((event) => (event.type === 'stage' && event.state === 'skipped' ? [event.stage] : []));
  const events = last.filter(({stage}) => stage !== 'run' && !skipped.includes(stage));
  const end = events.findLastIndex((event) => event.type === 'stage' && event.state === 'done');
  return {finished: skipped, events: events.slice(0, end + 1)};
}
