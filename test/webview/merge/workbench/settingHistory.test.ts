import {describe, expect, it} from 'vitest';
import {
  canRedo,
  canUndo,
  currentSetting,
  newHistory,
  redone,
  undone,
  withSetting,
} from '../../../../webview/merge/workbench/settingHistory.ts';

describe('the history of settings', () => {
  it('goes back and forth, and forgets what was undone when something new is made', () => {
    let history = withSetting(withSetting(newHistory('a'), 'b', 'x', 0), 'c', 'x', 5000);
    history = undone(history);
    expect([currentSetting(history), canUndo(history), canRedo(history)]).toEqual(['b', true, true]);
    history = redone(redone(history));
    expect(currentSetting(history)).toBe('c');
    history = withSetting(undone(history), 'd', 'y', 9000);
    expect([currentSetting(history), canRedo(history)]).toEqual(['d', false]);
    history = undone(undone(undone(history)));
    expect([currentSetting(history), canUndo(history)]).toEqual(['a', false]);
  });

  it('takes the way of one slider as one step, never over an undo', () => {
    let history = newHistory(0);
    for (let i = 1; i <= 50; i++) history = withSetting(history, i, 'slider', i * 20);
    history = undone(withSetting(history, 100, 'other', 1001));
    expect(currentSetting(history)).toBe(50);
    history = undone(history);
    expect(currentSetting(history)).toBe(0);
    history = withSetting(withSetting(history, 7, 'slider', 1010), 8, 'slider', 1020);
    expect(currentSetting(undone(history))).toBe(0);
  });

  it('keeps no more than a few hundred steps', () => {
    let history = newHistory(0);
    for (let i = 1; i <= 1000; i++) history = withSetting(history, i, String(i), 0);
    let steps = 0;
    for (; canUndo(history); steps++) history = undone(history);
    expect(steps).toBeGreaterThan(100);
    expect(steps).toBeLessThan(300);
  });
});
