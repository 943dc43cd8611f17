import {describe, expect, it} from 'vitest';
import {createRandom, permutation} from '../../../../../trainer/random.ts';
import {scheduleLength, type Task} from '../../../../../trainer/pipeline/owner/time/scheduleLength.ts';

const task = (name: string, seconds: number, needs: readonly string[] = [], isRunning = false): Task => {
  return {name, seconds, needs, isRunning};
};

/** The same, second by second. */
function playedLength(tasks: readonly Task[], parallel: number): number {
  const left = new Map(tasks.map((each) => [each.name, each.seconds]));
  const running = new Set(tasks.filter(({isRunning}) => isRunning).map(({name}) => name));
  for (let now = 0; ; now++) {
    for (let isNew = true; isNew;) {
      isNew = false;
      for (const name of running) {
        if (left.get(name) !== 0) continue;
        isNew = true;
        left.delete(name);
        running.delete(name);
        // One that is done makes room, which is filled before the next is looked at.
        break;
      }
      for (const {name, needs} of tasks) {
        if (running.size >= parallel) break;
        if (running.has(name) || !left.has(name) || needs.some((need) => left.has(need))) continue;
        isNew = true;
        running.add(name);
      }
    }
    if (left.size === 0) return now;
    for (const name of running) left.set(name, (left.get(name) ?? 0) - 1);
  }
}

describe('the length of a schedule', () => {
  it('is the sum by one process, and that of the longer half by two', () => {
    const tasks = [task('a', 5), task('b', 3), task('c', 2)];
    expect([1, 2, 3].map((parallel) => scheduleLength(tasks, parallel))).toEqual([10, 5, 5]);
  });

  it('waits for what a task needs, and goes on with what is running', () => {
    const tasks = [task('search', 4, ['a', 'b', 'done before']), task('a', 6, [], true), task('b', 1)];
    expect(scheduleLength(tasks, 2)).toBe(10);
    expect(scheduleLength([], 2)).toBe(0);
  });

  it('is that of processes which look for something to do whenever one is done', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = createRandom(seed, 'schedule');
      const count = random.int(1, 30);
      const tasks = Array.from({length: count}, (_, i) => {
        const needs = Array.from({length: random.int(0, 4)}, () => `${random.int(0, count + 2)}`);
        // Only what was made before, or is done, so that none wait for each other.
        const fitting = needs.filter((need) => Number(need) !== i && (Number(need) < i || Number(need) >= count));
        const isRunning = fitting.length === 0 && random.float() < 0.2;
        return task(`${i}`, random.int(0, 6), fitting, isRunning);
      });
      const shuffled = [...permutation(count, random)].map((i) => tasks[i]!);
      const parallel = random.int(1, 5);
      expect(scheduleLength(shuffled, parallel), `${seed}`).toBe(playedLength(shuffled, parallel));
    }
  });

  it('is none where tasks wait for each other', () => {
    expect(() => scheduleLength([task('a', 1, ['b']), task('b', 1, ['a'])], 1)).toThrow('wait for each other');
  });
});
