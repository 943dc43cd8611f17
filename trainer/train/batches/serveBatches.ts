import type {MessagePort} from 'node:worker_threads';
import {openRows} from '../../data/rowsOrder.ts';
import type {ThreadOrder, ThreadReply} from './batchThread.ts';
import {drawHostBatch, type DrawSource, type HostBatch} from './hostBatch.ts';

/** Draws the updates whose numbers come through the port, one after the other. What it cannot draw it says, and goes on. */
export async function serveBatches(port: MessagePort, {rows, setting}: ThreadOrder): Promise<void> {
  let skipped: string[] = [];
  const source: DrawSource = await openRows(rows, (message) => skipped.push(message));
  let before: Promise<void> = Promise.resolve();
  port.on('message', (update: number) => {
    before = before.then(async () => {
      const reply = await drawUpdate(update).catch((): ThreadReply => ({kind: 'failed', update}));
      port.postMessage(reply, reply.kind === 'drawn' ? reply.batches.flatMap(buffersOf) : []);
    });
  });
  port.postMessage({kind: 'ready'} satisfies ThreadReply);

  async function drawUpdate(update: number): Promise<ThreadReply> {
    const batches: HostBatch[] = [];
    for (let micro = 0; micro < setting.config.accumulation; micro++)
      batches.push(await drawHostBatch(source, setting, update, micro));
    const told = skipped;
    skipped = [];
    return {kind: 'drawn', update, batches, skipped: told};
  }
}

/** What is handed over instead of copied. */
function buffersOf({images, context, noise, encoded}: HostBatch): ArrayBuffer[] {
  return [images, context, noise, encoded].flatMap((values) => (values === null ? [] : [values.buffer as ArrayBuffer]));
}
