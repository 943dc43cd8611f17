import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {packageRoot} from '../../packageRoot.ts';
import {openRegular} from '../files/regularFile.ts';

/** Threads that hash at once: each keeps a core busy. */
const most = availableParallelism();
let running = 0;
const waiting: (() => void)[] = [];

/** SHA-256 of a plain file's content in a thread of its own, as many at once as there are cores. Throws a UserError where it cannot be opened. */
export async function hashInThread(path: string): Promise<string> {
  const {handle} = await openRegular(path);
  try {
    await turn();
    try {
      return await hashDescriptor(handle.fd);
    } finally {
      running--;
      waiting.shift()?.();
    }
  } finally {
    await handle.close();
  }
}

async function turn(): Promise<void> {
  if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
}

function hashDescriptor(descriptor: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(join(packageRoot(), 'dist', 'hashing.js'), {workerData: descriptor});
    thread.once('message', resolve).once('error', reject);
    thread.once('exit', () => reject(new Error('the thread has ended without a hash')));
  });
}
