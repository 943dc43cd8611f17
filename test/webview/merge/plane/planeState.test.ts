import {describe, expect, it} from 'vitest';
import {
  isGrowing,
  noPlanes,
  reducePlanes,
  shownPlane,
  type PlaneAction,
  type PlaneState,
} from '../../../../webview/merge/plane/planeState.ts';
import {bowlPlane} from '../../../helpers/measurements/bowlPlane.ts';

const run = (path: string, experts = 3) => ({
  path,
  ranges: Array.from({length: experts}, (_, i): [number, number] => [i, i + 1]),
});

function after(...actions: PlaneAction[]): PlaneState {
  return actions.reduce(reducePlanes, noPlanes);
}

const shown: PlaneAction = {kind: 'show', run: run('a')};
const read = (done: number, of = 'a'): PlaneAction => ({kind: 'read', run: of, planes: [bowlPlane([0, 1], done)]});

describe('what the page knows of loss planes', () => {
  it('is nothing for a run with one expert, and starts anew with another run', () => {
    expect(after({kind: 'show', run: run('a', 1)}).run).toBeNull();
    expect(after(shown, read(5), {kind: 'show', run: run('b')})).toEqual({...noPlanes, run: run('b')});
    expect(shownPlane(after(shown, read(5), shown))?.done).toBe(5);
  });

  it('has two different experts on its axes', () => {
    expect(after(shown, {kind: 'axis', index: 0, expert: 2}).experts).toEqual([2, 1]);
    expect(after(shown, {kind: 'axis', index: 0, expert: 1}).experts).toEqual([1, 0]);
    expect(after(shown, {kind: 'axis', index: 1, expert: 0}).experts).toEqual([1, 0]);
    expect(after(shown, {kind: 'axis', index: 1, expert: 1}).experts).toEqual([0, 1]);
  });

  it('grows until it is complete, whoever measures', () => {
    expect(isGrowing(noPlanes)).toBe(false);
    expect(isGrowing(after(shown))).toBe(true);
    expect(isGrowing(after(shown, read(402)))).toBe(true);
    expect(isGrowing(after(shown, read(402), {kind: 'reading', run: 'a'}))).toBe(false);
    expect(isGrowing(after(shown, read(402), {kind: 'reading', run: 'a'}, read(457)))).toBe(false);
    expect(isGrowing(after(shown, read(457), {kind: 'measuring', run: 'a'}))).toBe(true);
    expect(isGrowing(after(shown, read(457), {kind: 'measuring', run: 'a'}, {kind: 'measured', run: 'a'}))).toBe(false);
  });

  it('is not changed by what comes late of another run', () => {
    const state = after(shown, read(457));
    for (const action of [read(3, 'b'), {kind: 'reading', run: 'b'}, {kind: 'measuring', run: 'b'}] as PlaneAction[]) {
      expect(reducePlanes(state, action)).toBe(state);
    }
  });

  it('stays the same object while nothing new is measured', () => {
    const state = after(shown, read(402));
    expect(reducePlanes(state, read(402)).planes).toBe(state.planes);
  });
});
