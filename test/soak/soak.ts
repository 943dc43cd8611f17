import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {memoryGrowth, type SoakSample} from './memoryGrowth.ts';
import {writeSoakExperiment} from './soakExperiment.ts';
import {soak} from './soakRun.ts';
import {megabytes, soakHead, soakRow} from './soakTable.ts';

/** `npm run test:soak -- [--minutes 120]`: trains the digit model for so long, and says whether its memory grew and any event is missing. */
const {values} = parseArgs({options: {minutes: {type: 'string', default: '120'}}});
const minutes = Number(values.minutes);
const tolerance = 0.02;
const say = (message: string) => void process.stdout.write(`${message}\n`);

const folder = await mkdtemp(join(tmpdir(), 'deme-soak-'));
const config = await writeSoakExperiment(folder, resolve('media', 'digits', 'pretrain.deme.yaml'));
say(`${minutes} minutes of training in ${folder}`);
say(soakHead);
let nextRow = 0;
const onSample = (sample: SoakSample) => {
  if (sample.minute < nextRow) return;
  nextRow = sample.minute + minutes / 60;
  say(soakRow(sample));
};
const run = join(folder, 'runs', 'soak-1');
const {samples, updates, faults} = await soak({
  cli: resolve('dist', 'cli.js'),
  config,
  run,
  minutes,
  interval: 5000,
  onSample,
});
const growth = memoryGrowth(samples);
if (growth === null) faults.push('there are too few samples to judge the memory');
else if (growth.share > tolerance) faults.push(`the memory has grown by more than ${100 * tolerance} %`);
if (growth) {
  const {early, late, share} = growth;
  say(`memory ${megabytes(early)} after the warm-up, ${megabytes(late)} at the end: ${(100 * share).toFixed(2)} %`);
}
say(`${updates} updates, ${samples.length} samples`);
say(faults.length === 0 ? 'Nothing grew and nothing is missing.' : faults.join('\n'));
if (faults.length === 0) await rm(folder, {recursive: true});
else say(`The run is kept in ${folder}.`);
process.exitCode = faults.length === 0 ? 0 : 1;
