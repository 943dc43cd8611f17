import {expect, it} from 'vitest';
import {DisposableStore} from '../../extension/disposable.ts';

it('disposes what it owns, the last first, and what comes too late at once', () => {
  const gone: string[] = [];
  const part = (name: string) => ({dispose: () => void gone.push(name)});
  const store = new DisposableStore();
  store.add(part('a'));
  store.add(part('b'));
  store.dispose();
  store.dispose();
  expect(gone).toEqual(['b', 'a']);
  store.add(part('c'));
  expect(gone).toEqual(['b', 'a', 'c']);
  expect(store.isDisposed).toBe(true);
});
