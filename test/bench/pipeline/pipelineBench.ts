import {rmSync} from 'node:fs';
import {mkdir, mkdtemp} from 'node:fs/promises';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {createRandom} from '../../../trainer/random.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {writeSafetensors, type TensorSource} from '../../../trainer/store/weights/safetensors.ts';
import {elementCount} from '../../../trainer/store/weights/tensorReader.ts';
import {busyCores} from '../measure/busyCores.ts';
import {markdownTable} from '../markdownTable.ts';
import {runVerb, type Usage} from './runVerb.ts';
import {writePipeline} from './writePipeline.ts';

/**
 * `npm run bench -- sd-pipeline [--weights F16] [--engine tensorflow]`: the verbs on a whole folder of Stable Diffusion 1 with random weights,
 * each as a process of its own. Exit code 1 where a picture of 512x512 takes 3 GB or more to decode.
 */
const {values} = parseArgs({
  args: process.argv.slice(2),
  options: {weights: {type: 'string', multiple: true}, engine: {type: 'string', default: 'tensorflow'}},
});

const decodeLimit = 3e9;

interface Work {
  readonly title: string;
  readonly args: readonly string[];
  /** Bytes that it must stay below. */
  readonly limit?: number;
}

interface Row extends Usage, Pick<Work, 'title' | 'limit'> {
  readonly weights: string;
}

async function bench(formats: readonly ('F16' | 'F32')[]): Promise<void> {
  const busy = await busyCores();
  if (busy > 0.2) say(`Other programs keep ${busy.toFixed(1)} cores busy: the seconds below say little.`);
  const rows: Row[] = [];
  for (const weights of formats) {
    await inTemporaryFolder(async (folder) => {
      const model = join(folder, 'model');
      say(`Writing a Stable Diffusion 1 of ${weights}.`);
      await writePipeline(model, weights);
      for (const {title, args, limit} of await worksOn(folder)) {
        say(`${weights}: ${title}`);
        const usage = await runVerb([...args, '--model', model, '--engine', values.engine], folder);
        rows.push({weights, title, limit, ...usage});
      }
    });
  }
  const isOver = ({peak, limit = Infinity}: Row) => peak >= limit;
  const columns = ['work', 'weights', 'seconds', 'processor seconds', 'memory', 'limit'];
  say(`\n${markdownTable(columns, rows.map(cellsOf))}\n`);
  await writeJsonAtomic(join(packageRoot(), 'dist', 'bench-pipeline.json'), {busyCores: busy, rows});
  if (rows.some(isOver)) process.exitCode = 1;
}

async function worksOn(folder: string): Promise<Work[]> {
  const out = (name: string) => ['--out', join(folder, `${name}.safetensors`), '--overwrite'];
  const predict = async (size: number) => {
    const arrays = join(folder, `inputs-${size}.safetensors`);
    await writeSafetensors(arrays, [
      normal('sample', [1, 4, size, size]),
      {name: 'timesteps', shape: [1], dtype: 'F32', read: () => Float32Array.of(500)},
      normal('context', [1, 77, 768]),
    ]);
    const keys = ['--sample', 'sample', '--timesteps', 'timesteps', '--context', 'context'];
    return ['predict', '--arrays', arrays, ...keys, ...out('output')];
  };
  const latents = join(folder, 'latents.safetensors');
  await writeSafetensors(latents, [normal('latents', [1, 4, 64, 64])]);
  const picture = ['--out', join(folder, 'picture.png'), '--overwrite'];
  return [
    {title: 'predict at 8x8: loading, above all', args: await predict(8)},
    {title: 'predict at 64x64', args: await predict(64)},
    {
      title: 'sample by a prompt, 2 steps, 512x512',
      args: ['sample', '--prompt', 'a lighthouse at dusk', '--steps', '2', '--size', '512x512', ...picture],
    },
    {
      title: 'decode to 512x512',
      args: ['decode', '--latents', latents, '--latents-key', 'latents', ...out('image')],
      limit: decodeLimit,
    },
  ];
}

function normal(name: string, shape: readonly number[]): TensorSource {
  const read = () => createRandom(0, 'pipeline bench', name).fillNormal(new Float32Array(elementCount(shape)));
  return {name, shape, dtype: 'F32', read};
}

function cellsOf({title, weights, seconds, processor, peak, limit}: Row): string[] {
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const limited = limit === undefined ? '' : mebibytes(limit);
  return [title, weights, seconds.toFixed(1), processor.toFixed(1), mebibytes(peak), limited];
}

async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const parent = join(packageRoot(), 'dist', 'bench');
  await mkdir(parent, {recursive: true});
  const folder = await mkdtemp(join(parent, 'pipeline-'));
  const remove = () => rmSync(folder, {recursive: true, force: true});
  process.once('SIGINT', () => (remove(), process.exit(130)));
  try {
    await work(folder);
  } finally {
    remove();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await bench((values.weights as ('F16' | 'F32')[] | undefined) ?? ['F16', 'F32']);
