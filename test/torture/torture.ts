import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {createRandom} from '../../trainer/random.ts';
import {tortureUpdates, writeTortureExperiment} from './experiment.ts';
import {torture} from './tortureRun.ts';

/** `npm run test:torture -- [--kills 50] [--seed 1] [--engine wasm]`: kills trainers at random moments, and says what of their work was lost. */
const {values} = parseArgs({
  options: {
    kills: {type: 'string', default: '50'},
    seed: {type: 'string', default: '1'},
    engine: {type: 'string', default: 'wasm'},
  },
});
const say = (message: string) => void process.stdout.write(`${message}\n`);

await tf.setBackend('cpu');
const folder = await mkdtemp(join(tmpdir(), 'deme-torture-'));
const experiment = join(folder, 'experiment');
await writeTortureExperiment(experiment, values.engine);
const {kills, runs, kinds, faults} = await torture({
  cli: resolve('dist', 'cli.js'),
  experiment,
  folder,
  kills: Number(values.kills),
  updates: tortureUpdates,
  random: createRandom(Number(values.seed), 'torture'),
  say,
});
say(`${kills} kills in ${runs} runs on ${values.engine} (seed ${values.seed}):`);
for (const [kind, count] of kinds) say(`  ${String(count).padStart(3)}  ${kind}`);
say(faults.length === 0 ? 'Nothing was lost.' : faults.join('\n'));
if (faults.length === 0) await rm(folder, {recursive: true});
else say(`The runs are kept in ${folder}.`);
process.exitCode = faults.length === 0 ? 0 : 1;
