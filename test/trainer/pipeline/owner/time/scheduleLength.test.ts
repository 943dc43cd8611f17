import {describe, expect, it} from 'vitest';
import {scheduleLength, type Task} from '../../../../../trainer/pipeline/owner/time/scheduleLength.ts';

const task = (name: string, seconds: number, needs: readonly string[] = [], isRunning = false): Task => {
  return {name, seconds, needs, isRunning};
};

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
});
