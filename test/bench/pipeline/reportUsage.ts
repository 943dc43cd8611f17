import {appendFileSync} from 'node:fs';
import {peakMemory} from '../measure/peakMemory.ts';

// Imported into a process of the command line: when it ends, a line with the high-water mark of its memory in bytes and the seconds of the
// processor that it used goes to the file that the environment names.

const path = process.env.DEME_BENCH_USAGE;
if (path !== undefined) {
  process.on('exit', () => {
    const {user, system} = process.cpuUsage();
    appendFileSync(path, `${JSON.stringify({peak: peakMemory(), processor: (user + system) / 1e6})}\n`);
  });
}
