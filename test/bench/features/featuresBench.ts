import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {frechetDistance, type Gaussian} from '../../../trainer/evaluate/frechet.ts';
import {inceptionShapes, inceptionSide} from '../../../trainer/evaluate/networks/inception.ts';
import {inceptionStages} from '../../../trainer/evaluate/networks/inceptionLayout.ts';
import {trainerEnvironment} from '../../../trainer/launch/trainerEnvironment.ts';
import {fileShape} from '../../../trainer/models/layout.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {createRandom} from '../../../trainer/random.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {writeSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {writeFilled} from '../../helpers/models/fillRule.ts';
import {busyCores} from '../measure/busyCores.ts';
import type {BenchResult} from '../contract.ts';
import {markdownTable} from '../markdownTable.ts';
import {median} from '../median.ts';
import {findTorchPython} from '../torchPython.ts';
import {runWorkers, type WorkerCommand} from '../workerProcess.ts';
import type {FeaturesTask} from './contract.ts';

// `npm run bench -- features`: Inception's features of prepared images, ours and PyTorch's in turn, and the Fréchet distance of 2,048 of them.

const {values} = parseArgs({
  options: {
    rounds: {type: 'string', default: '3'},
    batch: {type: 'string', default: '32'},
    threads: {type: 'string', default: '2'},
  },
});
const batch = Number(values.batch);
const dimension = 2048;
/** Largest relative difference between the two sides. */
const tolerance = 1e-4;

async function bench(folder: string): Promise<number> {
  const busy = await busyCores();
  if (busy > 0.2) say(`Other programs keep ${busy.toFixed(1)} cores busy: the figures below say little.`);
  const task = await writeTask(folder);
  const results = new Map<string, BenchResult[]>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, command] of await contestants(task)) {
      const [result] = await runWorkers([command]);
      if (result) results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  const rows = [...results].map(([name, runs]) => {
    const seconds = median(runs.flatMap((run) => run.seconds));
    const peak = Math.max(...runs.map((run) => run.peak));
    return {name, library: runs[0]?.engine ?? '', rate: batch / seconds, peak, check: runs[0]?.check ?? NaN};
  });
  const torch = Math.max(...rows.filter(({name}) => name.startsWith('PyTorch')).map(({rate}) => rate));
  const ratio = (rate: number) => (Number.isFinite(torch) ? `${(rate / torch).toFixed(2)}x` : '');
  const lines = rows.map(({name, library, rate, peak, check}) => [
    name,
    library,
    rate.toFixed(2),
    ratio(rate),
    `${Math.round(peak / 2 ** 20)} MiB`,
    check.toPrecision(7),
  ]);
  const head = ['Inception', 'library', 'images/s', 'of the better PyTorch', 'peak', 'mean feature'];
  process.stdout.write(`\n${markdownTable(head, lines)}\n\n`);
  process.stdout.write(`Fréchet distance of ${dimension} features from statistics: ${frechetSeconds().toFixed(2)} s\n`);
  const [ours, ...others] = rows;
  const differ = others.filter(({check}) => Math.abs(check / (ours?.check ?? NaN) - 1) > tolerance);
  for (const {name} of differ) say(`The mean feature of ${name} differs by more than ${tolerance}.`);
  return differ.length > 0 ? 1 : 0;
}

async function writeTask(folder: string): Promise<string> {
  const weights = join(folder, 'inception.safetensors');
  await writeFilled(weights, new Map([...inceptionShapes].map(([name, shape]) => [name, fileShape(shape)])), 6);
  const data = join(folder, 'images.safetensors');
  const shape = [batch, inceptionSide, inceptionSide, 3];
  const random = createRandom(0, 'bench', 'pictures');
  const read = () => Float32Array.from({length: batch * inceptionSide ** 2 * 3}, () => 2 * random.float() - 1);
  await writeSafetensors(data, [{name: 'images', shape, dtype: 'F32', read}]);
  const file = join(folder, 'task.json');
  const settings = {threads: Number(values.threads), warmup: 2, chunks: 3, chunk: 1};
  const task: FeaturesTask = {weights, data, stages: [...inceptionStages], ...settings};
  await writeJsonAtomic(file, task);
  return file;
}

async function contestants(task: string): Promise<[string, WorkerCommand][]> {
  const worker = fileURLToPath(new URL('featuresWorker.js', import.meta.url));
  const environment = trainerEnvironment({engine: {name: 'tensorflow', threads: Number(values.threads)}});
  const ours: WorkerCommand = {program: process.execPath, parameters: [worker, task, 'tensorflow'], environment};
  const python = await findTorchPython();
  if (python === null) return [['ours', ours]];
  const script = join(packageRoot(), 'test', 'bench', 'torch', 'inception.py');
  const torch = (layout: string): [string, WorkerCommand] => [
    `PyTorch ${layout}`,
    {program: python, parameters: ['-B', script, task, layout]},
  ];
  return [['ours', ours], torch('nchw'), torch('channels_last')];
}

function frechetSeconds(): number {
  const [a, b] = [statistics('a'), statistics('b')];
  const start = performance.now();
  frechetDistance(a, b);
  return (performance.now() - start) / 1000;
}

/** Of a covariance with full rank: the identity and a random symmetric part. */
function statistics(name: string): Gaussian {
  const random = createRandom(0, 'bench', name);
  const covariance = new Float64Array(dimension ** 2);
  for (let row = 0; row < dimension; row++) {
    covariance[row * dimension + row] = 1 + random.float();
    for (let column = 0; column < row; column++) {
      const value = (random.float() - 0.5) / dimension;
      covariance[row * dimension + column] = value;
      covariance[column * dimension + row] = value;
    }
  }
  return {mean: Float64Array.from({length: dimension}, () => random.float()), covariance};
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'deme-features-'));
try {
  process.exitCode = await bench(folder);
} finally {
  await rm(folder, {recursive: true, force: true});
}
process.exit();
