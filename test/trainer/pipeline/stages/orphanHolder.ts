import {takeLock} from '../../../../trainer/store/run/processLock.ts';

/** A program that holds the lock `argv[2]` for `argv[3]` milliseconds whatever one asks of it, as a process that hangs. */
const [path = '', time = ''] = process.argv.slice(2);
process.on('SIGTERM', () => undefined);

const lock = await takeLock(path);
process.stdout.write('held\n');
setTimeout(() => void (lock.held ? lock.release() : Promise.resolve()).then(() => process.exit(0)), Number(time));
