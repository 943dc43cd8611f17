import {describe, expect, it} from 'vitest';
import {SettingHistory} from '../../../../webview/merge/workbench/settingHistory.ts';

describe('the history of settings', () => {
  it('goes back and forth, and forgets what was undone when something new is made', () => {
    const history = new SettingHistory('a');
    history.push('b', 'x', 0);
    history.push('c', 'x', 5000);
    history.undo();
    expect([history.current, history.canUndo, history.canRedo]).toEqual(['b', true, true]);
    history.redo();
    history.redo();
    expect(history.current).toBe('c');
    history.undo();
    history.push('d', 'y', 9000);
    expect([history.current, history.canRedo]).toEqual(['d', false]);
    history.undo();
    history.undo();
    history.undo();
    expect([history.current, history.canUndo]).toEqual(['a', false]);
  });

  it('takes the way of one slider as one step, never over an undo', () => {
    const history = new SettingHistory(0);
    for (let i = 1; i <= 50; i++) history.push(i, 'slider', i * 20);
    history.push(100, 'other', 1001);
    history.undo();
    expect(history.current).toBe(50);
    history.undo();
    expect(history.current).toBe(0);
    history.push(7, 'slider', 1010);
    history.push(8, 'slider', 1020);
    history.undo();
    expect(history.current).toBe(0);
  });

  it('keeps no more than a few hundred steps', () => {
    const history = new SettingHistory(0);
    for (let i = 1; i <= 1000; i++) history.push(i, String(i), 0);
    let steps = 0;
    for (; history.canUndo; steps++) history.undo();
    expect(steps).toBeGreaterThan(100);
    expect(steps).toBeLessThan(300);
  });
});
