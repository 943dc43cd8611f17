import {takeLock} from '../../../../trainer/store/run/processLock.ts';

/** A program that tries to take the lock `argv[2]` at the time `argv[3]`, says whether it got it, and keeps it until its input ends. */
const [path = '', time = ''] = process.argv.slice(2);

await new Promise((resolve) => setTimeout(resolve, Number(time) - Date.now() - 2));
// Timers are coarse; the last moments are spent waiting for the clock itself.
while (Date.now() < Number(time));
const {held} = await takeLock(path);
process.stdout.write(held ? 'held\n' : 'busy\n');
process.stdin.on('end', () => process.exit(0)).resume();
