import {expect, it, vi} from 'vitest';
import {lineProgress} from '../../../../trainer/cli/view/lineProgress.ts';

it('says a line a second, and none twice', () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const out = {write: (text: string) => lines.push(text)} as unknown as NodeJS.WritableStream;
  const progress = lineProgress('sampling', out);
  vi.setSystemTime(10_000);
  progress.show(1, 200);
  progress.show(50, 200);
  vi.advanceTimersByTime(1000);
  progress.show(51, 200);
  vi.advanceTimersByTime(5000);
  progress.show(51, 200);
  progress.show(200, 200);
  progress.end();
  vi.useRealTimers();
  expect(lines).toEqual(['sampling 0 %\n', 'sampling 25 %\n', 'sampling 100 %\n']);
});
