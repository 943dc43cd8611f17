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
  const waiting = new WaitingTasks(tasks);
  const ends = new Map<Task, number>();
  let now = 0;
  for (const task of tasks) if (task.isRunning) ends.set(task, task.seconds);
  for (let left = tasks.length; left > 0; left--) {
    while (ends.size < Math.max(1, parallel)) {
      const task = waiting.next();
      if (task === null) break;
      ends.set(task, now + task.seconds);
    }
    now = Math.min(...ends.values());
    const [next] = [...ends].find(([, end]) => end === now) ?? [];
    if (next === undefined) throw new Error('the stages wait for each other');
    ends.delete(next);
    waiting.end(next);
  }
  return now;
}

/** The tasks that do not run yet. There may be thousands, so that each is looked at only when something that it needs is done. */
class WaitingTasks {
  /** By name, the places of those that need it. */
  readonly #dependents = new Map<string, number[]>();
  /** By place, how many of its needs are not done. */
  readonly #unmet: number[];
  /** Places of those that may start, in their order, the first one last. */
  readonly #ready: number[];

  constructor(readonly tasks: readonly Task[]) {
    const names = new Set(tasks.map(({name}) => name));
    const needs = tasks.map((task) => [...new Set(task.needs)].filter((need) => names.has(need)));
    for (const [place, needed] of needs.entries()) {
      for (const need of needed) {
        const dependents = this.#dependents.get(need) ?? [];
        dependents.push(place);
        this.#dependents.set(need, dependents);
      }
    }
    this.#unmet = needs.map(({length}) => length);
    this.#ready = [...tasks.keys()].filter((place) => this.#mayStart(place)).reverse();
  }

  /** Takes out the first that may start; null where none may. */
  next(): Task | null {
    return this.tasks[this.#ready.pop() ?? -1] ?? null;
  }

  end({name}: Task): void {
    for (const place of this.#dependents.get(name) ?? []) {
      this.#unmet[place] = (this.#unmet[place] ?? 0) - 1;
      if (!this.#mayStart(place)) continue;
      this.#ready.splice(this.#countAfter(place), 0, place);
    }
  }

  /** How many of those that may start come after a place. */
  #countAfter(place: number): number {
    let [low, high] = [0, this.#ready.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ready[middle] ?? 0) > place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #mayStart(place: number): boolean {
    return this.#unmet[place] === 0 && this.tasks[place]?.isRunning === false;
  }
}
