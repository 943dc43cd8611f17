import {mkdir, readdir, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {flatLayout} from '../../../trainer/nn/flatParams.ts';
import type {Params} from '../../../trainer/nn/params.ts';
import {loadLatestCheckpoint, saveCheckpoint} from '../../../trainer/train/checkpoint.ts';
import {initialState, type TrainState} from '../../../trainer/train/trainState.ts';
import {joined} from '../../helpers/joined.ts';
import {useCpuBackend} from '../../helpers/cpuBackend.ts';
import {flipByte} from '../../helpers/flipByte.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

useCpuBackend();

const identity = {seed: 4, dataFingerprint: 'images'};

function network(): Params {
  return new Map<string, tf.Tensor>([
    ['conv.weight', tf.tensor4d([1, 2, 3, 4], [1, 2, 1, 2])],
    ['conv.bias', tf.tensor1d([-0, 1e-38])],
    ['scale', tf.scalar(7)],
  ]);
}

const layout = () => flatLayout(network());

function stateAt(update: number, withEma = true): TrainState {
  const {weights} = initialState(network(), withEma);
  const scaled = (factor: number) => weights.map((segment) => tf.mul<tf.Tensor1D>(segment, factor));
  return {weights, ema: withEma ? scaled(0.9) : null, first: scaled(0.1), second: scaled(0.01), update};
}

async function numbers({weights, ema, first, second, update}: TrainState) {
  const all = [weights, first, second, ...(ema ? [ema] : [])];
  return {update, values: await Promise.all(all.map((vector) => joined(vector).data()))};
}

async function saved(updates: readonly number[], keep = 2): Promise<string> {
  const folder = await temporaryFolder();
  for (const update of updates) await saveCheckpoint(folder, stateAt(update), layout(), identity, keep);
  return folder;
}

describe('checkpoints', () => {
  it.each([true, false])('come back bit for bit, EMA %s', async (withEma) => {
    const folder = join(await temporaryFolder(), 'checkpoints', 'expert-0');
    const state = stateAt(12, withEma);
    expect(await saveCheckpoint(folder, state, layout(), identity, 2)).toBe(join(folder, '000000012'));
    const loaded = await loadLatestCheckpoint(folder, layout(), identity, withEma);
    expect(loaded && (await numbers(loaded))).toEqual(await numbers(state));
  });

  it('are none where nothing was saved', async () => {
    const folder = await temporaryFolder();
    expect(await loadLatestCheckpoint(folder, layout(), identity, true)).toBeNull();
    expect(await loadLatestCheckpoint(join(folder, 'missing'), layout(), identity, true)).toBeNull();
  });

  it.each([1, 2, 3])('are the newest %i, by number and not by name or time', async (keep) => {
    const folder = await saved([9, 10, 100, 1000], keep);
    const all = ['000000009', '000000010', '000000100', '000001000'];
    expect((await readdir(folder)).sort()).toEqual(all.slice(-keep));
    expect((await loadLatestCheckpoint(folder, layout(), identity, true))?.update).toBe(1000);
  });

  it('hold two files and nothing temporary', async () => {
    const folder = await saved([3]);
    expect((await readdir(folder, {recursive: true})).sort()).toEqual([
      '000000003',
      join('000000003', 'checkpoint.json'),
      join('000000003', 'state.safetensors'),
    ]);
  });

  it('ignore what a crash left half written, and clear it away', async () => {
    const folder = await saved([3]);
    await mkdir(join(folder, '.000000006.123.abc.tmp'));
    await writeFile(join(folder, '.000000006.123.abc.tmp', 'state.safetensors'), 'half');
    expect((await loadLatestCheckpoint(folder, layout(), identity, true))?.update).toBe(3);
    await saveCheckpoint(folder, stateAt(6), layout(), identity, 2);
    expect((await readdir(folder)).sort()).toEqual(['000000003', '000000006']);
  });

  it('are not written again where one is there, so that a crash cannot cost the only one', async () => {
    const folder = await saved([3]);
    await writeFile(join(folder, '000000003', 'witness'), '');
    await saveCheckpoint(folder, stateAt(3), layout(), identity, 1);
    expect(await readdir(join(folder, '000000003'))).toContain('witness');
  });
});

describe('checkpoints that do not fit', () => {
  const load = (folder: string, change: Partial<typeof identity> = {}, wanted = layout(), withEma = true) =>
    loadLatestCheckpoint(folder, wanted, {...identity, ...change}, withEma);
  const mismatch = (text: string) => ({
    name: 'UserError',
    code: 'checkpoint-mismatch',
    message: expect.stringContaining(text) as string,
  });

  it('are refused for another seed', async () => {
    await expect(load(await saved([3]), {seed: 5})).rejects.toMatchObject(mismatch('seed 4'));
  });

  it('are refused for other data', async () => {
    await expect(load(await saved([3]), {dataFingerprint: 'others'})).rejects.toMatchObject(mismatch('images changed'));
  });

  it.each([
    [
      'lacks a tensor',
      'adapter_list.0.weight',
      (params: Map<string, tf.Tensor>) => params.set('adapter_list.0.weight', tf.zeros([1, 1, 2, 2])),
    ],
    ['has one too many', 'scale', (params: Map<string, tf.Tensor>) => params.delete('scale')],
    [
      'has one of another shape',
      'conv.bias',
      (params: Map<string, tf.Tensor>) => params.set('conv.bias', tf.zeros([2, 1])),
    ],
  ])('are refused for a network that the checkpoint %s of', async (_, name, change) => {
    const other = new Map(network());
    change(other);
    await expect(load(await saved([3]), {}, flatLayout(other))).rejects.toMatchObject(mismatch(name));
  });

  it('are refused where the EMA was turned off since', async () => {
    await expect(load(await saved([3]), {}, layout(), false)).rejects.toMatchObject(mismatch('EMA'));
  });

  it('are refused where the EMA was turned on since', async () => {
    const folder = await temporaryFolder();
    await saveCheckpoint(folder, stateAt(3, false), layout(), identity, 2);
    await expect(load(folder)).rejects.toMatchObject(mismatch('EMA'));
  });

  it.each([
    ['a flipped byte', (file: string) => flipByte(file, -3)],
    ['a missing end', (file: string) => truncate(file, 100)],
    ['no weights', (file: string) => rm(file)],
  ])('are refused with %s, naming the folder to delete', async (_, damage) => {
    const folder = await saved([3, 6]);
    await damage(join(folder, '000000006', 'state.safetensors'));
    const error = {
      name: 'UserError',
      code: 'checkpoint-corrupt',
      hint: expect.stringContaining(join(folder, '000000006')) as string,
    };
    await expect(load(folder)).rejects.toMatchObject(error);
    await rm(join(folder, '000000006'), {recursive: true});
    expect((await load(folder))?.update).toBe(3);
  });

  it.each([
    ['cut off', '{"format": 1, "upd'],
    ['of another format', '{"format": 2}'],
  ])('are refused when their record is %s', async (_, text) => {
    const folder = await saved([3]);
    await writeFile(join(folder, '000000003', 'checkpoint.json'), text);
    await expect(load(folder)).rejects.toMatchObject({name: 'UserError'});
  });
});
