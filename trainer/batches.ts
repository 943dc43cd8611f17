import {parentPort, workerData} from 'node:worker_threads';
import type {ThreadOrder} from './train/batches/batchThread.ts';
import {serveBatches} from './train/batches/serveBatches.ts';

/** Entry of the thread that draws the batches of a training: what it is to draw from comes with it. It loads no engine. */
if (parentPort === null) throw new Error('this is the entry of a thread');
await serveBatches(parentPort, workerData as ThreadOrder);
