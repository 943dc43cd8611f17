import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {createRandom} from '../../trainer/random.ts';
import {writeDrawingConfig, writeDrawingExperiment} from './drawingExperiment.ts';
import {watchDrawing} from './drawingRun.ts';

/**
 * `npm run test:drawing -- [--images 50000] [--seed 1]`: draws and measures so many images of 64x64, by one process, in 2 and 5 shards, and killed five
 * times at random; says whether the numbers differ in a bit, and whether the memory grew.
 */
const {values} = parseArgs({
  options: {images: {type: 'string', default: '50000'}, seed: {type: 'string', default: '1'}},
});
const images = Number(values.images);
const random = createRandom(Number(values.seed), 'drawing');
const tolerance = 0.03;
const say = (message: string) => void process.stdout.write(`${message}\n`);

await tf.setBackend('cpu');
const folder = await mkdtemp(join(tmpdir(), 'deme-drawing-'));
await writeDrawingExperiment(folder);
const kills = Array.from({length: 5}, () => random.int(0, images)).sort((a, b) => a - b);
const variants = [
  {name: 'undisturbed', shards: 1, kills: []},
  {name: 'shards-2', shards: 2, kills: []},
  {name: 'shards-5', shards: 5, kills: []},
  {name: 'killed', shards: 1, kills},
];
const faults: string[] = [];
let expected = '';
for (const {name, shards, kills} of variants) {
  const config = await writeDrawingConfig(folder, name, images, shards);
  const run = join(folder, 'runs', `${name}-1`);
  const cache = join(folder, 'cache');
  const result = await watchDrawing({cli: resolve('dist', 'cli.js'), config, run, cache, kills, interval: 1000});
  const {hashes, seconds, growth} = result;
  const memory = growth === null ? 'too short for its memory' : `memory ${(100 * growth).toFixed(2)} %`;
  say(`${name}: ${images} images in ${seconds.toFixed(0)} s, ${result.kills} kills, ${memory}, ${hashes.join(' ')}`);
  expected ||= hashes.join();
  if (hashes.join() !== expected) faults.push(`${name} has other numbers`);
  if (growth !== null && growth > tolerance) faults.push(`${name}: the memory has grown by more than 3 %`);
}
say(faults.length === 0 ? 'All numbers are the same to the last bit, and nothing grew.' : faults.join('\n'));
if (faults.length === 0) await rm(folder, {recursive: true});
else say(`The runs are kept in ${folder}.`);
process.exitCode = faults.length === 0 ? 0 : 1;
