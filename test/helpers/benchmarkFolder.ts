import {execFileSync} from 'node:child_process';
import {copyFile, mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {BenchmarkName} from '../../trainer/contract/benchmark/benchmarkPlan.ts';
import {encodePng} from '../../trainer/data/pictures/png.ts';
import {featureFolder, featureWeights} from '../../trainer/evaluate/featureWeights.ts';

const parquet = fileURLToPath(new URL('../fixtures/parquet/struct/train-00000-of-00002.parquet', import.meta.url));

/** Puts small stand-ins in the real formats where a benchmark looks for its data and lists. */
export async function writeBenchmarkData(name: BenchmarkName, folder: string): Promise<void> {
  const data = join(folder, 'data');
  await mkdir(data, {recursive: true});
  if (name === 'cifar10') await writeCifarBatches(join(data, 'cifar-10-batches-bin'));
  if (name === 'lsun-church') await writePictures(join(data, name), 40);
  if (name === 'lsun-bedroom') {
    await mkdir(join(data, name));
    for (let i = 0; i < 6; i++) await copyFile(parquet, join(data, name, `bedroom-${i}.parquet`)); // 7 images each
  }
  if (!name.startsWith('sd-')) return;
  await writePictures(join(folder, 'pictures'), 40, 'a picture');
  await mkdir(join(data, 'laion-aesthetics-6.5'));
  const tar = join(data, 'laion-aesthetics-6.5', '00000.tar');
  execFileSync('tar', ['-cf', tar, ...(await readdir(join(folder, 'pictures'))).sort()], {
    cwd: join(folder, 'pictures'),
  });
  await writeFile(join(data, 'coco-val2014-30k.csv'), 'file_name,text\n1.jpg,"A dog, and a cat."\n2.jpg,A bus.\n');
  await writeFile(join(data, 'imagenet-classes.txt'), 'tench\ngoldfish\ngreat white shark\n');
  const head = 'Prompt\tCategory\tChallenge\tNote\n';
  await writeFile(join(data, 'PartiPrompts.tsv'), `${head}bond\tAbstract\tBasic\t\na "red" cube\tAbstract\tBasic\t\n`);
}

/** Empty files in the cache in the place of all feature weights, for plans, which do not read them. */
export async function writeFeaturePlaceholders(): Promise<void> {
  for (const [name, {file}] of featureWeights) {
    await mkdir(featureFolder(name), {recursive: true});
    await writeFile(join(featureFolder(name), file), '');
  }
}

async function writeCifarBatches(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch']) {
    const records = Uint8Array.from({length: 40 * 3073}, (_, i) => (i % 3073 === 0 ? i % 10 : (i * 31) % 256));
    await writeFile(join(folder, `${name}.bin`), records);
  }
}

async function writePictures(folder: string, count: number, caption?: string): Promise<void> {
  await mkdir(folder);
  const side = 16;
  for (let i = 0; i < count; i++) {
    const pixels = Uint8Array.from({length: side * side * 3}, (_, p) => (p * 5 + i * 37) % 256);
    await writeFile(join(folder, `${i}.png`), encodePng(pixels, side, side, 3));
    if (caption !== undefined) await writeFile(join(folder, `${i}.txt`), `${caption} ${i}`);
  }
}
