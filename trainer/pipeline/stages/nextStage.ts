import {NextStageMessage} from '../../contract/run/stageMessages.ts';
import {peakMemory} from '../resources/peakMemory.ts';

/** Bytes: a process that has had more gives all of it back by its end. */
const smallProcess = 2 ** 30;

/** Whether a process may run another stage: one that has had much memory, or any of a GPU, would keep what the next stage does not use. */
export async function mayGoOn(): Promise<boolean> {
  const {host, device} = await peakMemory();
  return host < smallProcess && !device;
}

/** The stage that the owner of the run gives to this idle process; null once it has none or is gone, `stop` after a signal to stop. */
export function nextStage(): Promise<{readonly name: string} | 'stop' | null> {
  return new Promise((resolve) => {
    const end = (result: {readonly name: string} | 'stop' | null) => {
      process.off('message', onMessage).off('disconnect', onDisconnect).off('SIGTERM', onStop).off('SIGINT', onStop);
      resolve(result);
    };
    const onMessage = (message: unknown) => {
      const order = NextStageMessage.safeParse(message);
      if (order.success) end(order.data.next === null ? null : {name: order.data.next});
    };
    const onDisconnect = () => end(null);
    const onStop = () => end('stop');
    process.on('message', onMessage).on('disconnect', onDisconnect).on('SIGTERM', onStop).on('SIGINT', onStop);
    // The event does not come where the owner was gone before.
    if (!process.connected) end(null);
  });
}
