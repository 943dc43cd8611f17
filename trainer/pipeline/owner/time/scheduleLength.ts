import type {StageNode} from '../../graph/stagePlan.ts';

/** A stage that is not done, with the seconds that it still takes. */
export interface Task extends StageNode {
  readonly seconds: number;
  readonly isRunning: boolean;
}

/**
 * Seconds until all tasks are done, by `parallel` processes that take them in the order given as soon as what they need is done, as
 * `runStageGraph` does. What a task needs and is not among the tasks counts as done.
 */
export function scheduleLength(tasks: readonly Task[], parallel: number): number {
  const left = new Map(tasks.map((task) => [task.name, task]));
  const ends = new Map<string, number>();
  let now = 0;
  const start = (task: Task) => ends.set(task.name, now + task.seconds);
  tasks.filter(({isRunning}) => isRunning).forEach(start);
  while (left.size > 0) {
    for (const task of left.values()) {
      if (ends.size >= Math.max(1, parallel)) break;
      if (!ends.has(task.name) && task.needs.every((need) => !left.has(need))) start(task);
    }
    const [next] = [...ends].sort(([, a], [, b]) => a - b);
    if (next === undefined) throw new Error('the stages wait for each other');
    now = next[1];
    ends.delete(next[0]);
    left.delete(next[0]);
  }
  return now;
}
