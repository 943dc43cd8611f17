import {once} from 'node:events';
import type * as z from 'zod';
import {EngineConfig} from '../../../trainer/contract/config/config.ts';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {runNetwork} from '../../../trainer/evaluate/featureNetwork.ts';
import {loadInceptionNetwork} from '../../../trainer/evaluate/networks/inceptionNetwork.ts';
import {readJson} from '../../../trainer/store/files/jsonFile.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import type {BenchLine} from '../contract.ts';
import {peakMemory} from '../measure/peakMemory.ts';
import {timeChunks} from '../measure/timeChunks.ts';
import {FeaturesTask} from './contract.ts';

/** Our side of `npm run bench -- features`: `featuresWorker.js TASK.json ENGINE`, with the protocol of `worker.ts`. */
const [path = '', name = ''] = process.argv.slice(2);

const task = await readJson(path, FeaturesTask, 'the task');
const engine = await startEngine({...EngineConfig.parse({name, threads: task.threads}), work: 'predict'});
const network = await loadInceptionNetwork({weights: task.weights});
const images = await preparedImages(task.data);

const check = await measure(task.warmup);
report({type: 'ready'});
await once(process.stdin, 'data');
const times = await timeChunks(task, measure);
report({type: 'result', losses: [], ...times, peak: peakMemory(), check, engine: `${engine.name} ${engine.version}`});
process.stdin.destroy();
process.stdout.write('', () => process.exit(0));

/** Mean absolute value of the last features. */
async function measure(times: number): Promise<number> {
  let mean = NaN;
  for (let i = 0; i < times; i++) {
    const {features} = await runNetwork(network, images);
    mean = features.reduce((sum, value) => sum + Math.abs(value), 0) / features.length;
  }
  return mean;
}

async function preparedImages(file: string): Promise<Float32Array[]> {
  const reader = await openSafetensors(file);
  const [count = 0, ...shape] = reader.shapes.get('images') ?? [];
  const values = await reader.read('images').finally(() => reader.close());
  const size = shape.reduce((product, length) => product * length, 1);
  return Array.from({length: count}, (_, i) => values.slice(i * size, (i + 1) * size));
}

function report(line: z.infer<typeof BenchLine>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
