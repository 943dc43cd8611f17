import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {openCifar10} from '../../../trainer/data/cifar10.ts';
import type {FuzzTarget} from '../target.ts';

const record = 1 + 3 * 32 * 32;
const batches = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'];

export const cifar: FuzzTarget = {
  name: 'cifar',
  seeds: async () => [new Uint8Array(record), new Uint8Array(2 * record).fill(9, record, record + 1)],
  tokens: ['\x0a', '\xff', '\x00'.repeat(record), '\x09'],
  async parse(bytes, folder) {
    const good = new Uint8Array(record);
    for (const name of batches) await writeFile(join(folder, `${name}.bin`), name === 'data_batch_3' ? bytes : good);
    const {train} = await openCifar10(folder);
    for (let i = 0; i < train.size; i++) await train.read(i);
  },
};
