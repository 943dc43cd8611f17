import {createHash} from 'node:crypto';
import {readSync} from 'node:fs';
import {parentPort, workerData} from 'node:worker_threads';

/** Entry of a thread that hashes the file of an open descriptor, which all threads of a process share. Node's own modules only: it is started often. */
const hash = createHash('sha256');
const piece = Buffer.alloc(1 << 20);
for (let position = 0; ;) {
  const length = readSync(workerData as number, piece, 0, piece.length, position);
  if (length === 0) break;
  hash.update(piece.subarray(0, length));
  position += length;
}
parentPort?.postMessage(hash.digest('hex'));
