import {setImmediate as soon} from 'node:timers/promises';
import {expect, it, onTestFinished} from 'vitest';
import {
  listenForInterrupts,
  rememberInterrupts,
  type Interruptible,
} from '../../../../trainer/pipeline/owner/interrupts.ts';

it('an interrupt stops all of many runs at once, and those that begin after it, without a word of leaks', async () => {
  const warnings: string[] = [];
  const onWarning = ({message}: Error) => void warnings.push(message);
  process.on('warning', onWarning);
  const remembered = rememberInterrupts();
  const stopped = new Set<number>();
  const listen = (run: number) => {
    const work: Interruptible = {
      stoppingSince: null,
      stop: () => void stopped.add(run),
      kill: expect.fail,
      say: () => undefined,
    };
    return listenForInterrupts(work);
  };
  const ends = Array.from({length: 16}, (_, run) => listen(run));
  onTestFinished(() => {
    ends.forEach((end) => end());
    remembered.end();
    process.off('warning', onWarning);
  });
  process.emit('SIGINT');
  ends.push(listen(16));
  expect(stopped.size).toBe(17);
  await soon();
  expect(warnings).toEqual([]);
});
