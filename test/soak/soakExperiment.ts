import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parse} from 'yaml';

/** How the training of a soak differs from the one that made the digit model: it has no end, and tells every update. */
const endless = {
  updates: 100_000_000,
  optimizer: {learningRate: 1e-4},
  schedule: {kind: 'constant'},
  logEvery: 1,
  bucketEvery: 50,
  checkpointEvery: 500,
  heldOutEvery: 1000,
  samples: {every: 2000, images: 16, steps: 10, batch: 16},
};

/** Writes `soak.deme.yaml` into `folder`: the digit model of the demo, trained on one thread of TensorFlow until somebody stops it. */
export async function writeSoakExperiment(folder: string, pretrainConfig: string): Promise<string> {
  const original = parse(await readFile(pretrainConfig, 'utf8')) as {pretrain: object};
  const config = {
    ...original,
    name: 'soak',
    pretrain: {...original.pretrain, ...endless},
    engine: {name: 'tensorflow', threads: 1},
    output: 'runs',
  };
  const file = join(folder, 'soak.deme.yaml');
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}
