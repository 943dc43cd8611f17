import {mkdir, readdir, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {flatLayout} from '../../../trainer/nn/flatParams.ts';
import type {Params} from '../../../trainer/nn/params.ts';
import {loadLatestCheckpoint, saveCheckpoint, type CheckpointSetting} from '../../../trainer/train/checkpoint.ts';
import {newestRegular, removeBeyond} from '../../../trainer/train/checkpointFolder.ts';
import {markBest, readBest} from '../../../trainer/train/bestCheckpoint.ts';
import {initialState, type TrainState} from '../../../trainer/train/trainState.ts';
import {joined} from '../../helpers/models/joined.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {endedProcess} from '../../helpers/machine/endedProcess.ts';
import {flipByte} from '../../helpers/machine/flipByte.ts';
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

const setting = (changes: Partial<CheckpointSetting> = {}): CheckpointSetting => ({
  layout: layout(),
  identity,
  keep: 2,
  updates: 1000,
  ...changes,
});

async function numbers({weights, ema, first, second, update}: TrainState) {
  const all = [weights, first, second, ...(ema ? [ema] : [])];
  return {update, values: await Promise.all(all.map((vector) => joined(vector).data()))};
}

async function saved(updates: readonly number[], changes: Partial<CheckpointSetting> = {}): Promise<string> {
  const folder = await temporaryFolder();
  for (const update of updates) await saveCheckpoint(folder, stateAt(update), setting(changes));
  return folder;
}

describe('checkpoints', () => {
  it.each([true, false])('come back bit for bit, EMA %s', async (withEma) => {
    const folder = join(await temporaryFolder(), 'checkpoints', 'expert-0');
    const state = stateAt(12, withEma);
    expect(await saveCheckpoint(folder, state, setting())).toBe(join(folder, '000000012'));
    const loaded = await loadLatestCheckpoint(folder, layout(), identity, withEma);
    expect(loaded && (await numbers(loaded.state))).toEqual(await numbers(state));
    expect(loaded).toMatchObject({updates: 1000, skipped: []});
  });

  it('are none where nothing was saved', async () => {
    const folder = await temporaryFolder();
    expect(await loadLatestCheckpoint(folder, layout(), identity, true)).toBeNull();
    expect(await loadLatestCheckpoint(join(folder, 'missing'), layout(), identity, true)).toBeNull();
  });

  it.each([1, 2, 3])('are the newest %i, by number and not by name or time', async (keep) => {
    const folder = await saved([9, 10, 100, 1000], {keep});
    const all = ['000000009', '000000010', '000000100', '000001000'];
    expect((await readdir(folder)).sort()).toEqual(all.slice(-keep));
    expect((await loadLatestCheckpoint(folder, layout(), identity, true))?.state.update).toBe(1000);
  });

  it('hold two files and nothing temporary', async () => {
    const folder = await saved([3]);
    expect((await readdir(folder, {recursive: true})).sort()).toEqual([
      '000000003',
      join('000000003', 'checkpoint.json'),
      join('000000003', 'state.safetensors'),
    ]);
  });

  it('ignore what a crash left half written, and clear it away, but not what another process is writing', async () => {
    const folder = await saved([3]);
    const [dead, living] = [await endedProcess(), process.pid].map((pid) => `.000000006.${pid}.0a1b2c3d.tmp`);
    for (const name of [dead, living]) {
      await mkdir(join(folder, name ?? ''));
      await writeFile(join(folder, name ?? '', 'state.safetensors'), 'half');
    }
    expect((await loadLatestCheckpoint(folder, layout(), identity, true))?.state.update).toBe(3);
    await saveCheckpoint(folder, stateAt(6), setting());
    expect((await readdir(folder)).sort()).toEqual([living, '000000003', '000000006']);
  });

  it('are not written again where one is there, so that a crash cannot cost the only one', async () => {
    const folder = await saved([3]);
    await writeFile(join(folder, '000000003', 'witness'), '');
    await saveCheckpoint(folder, stateAt(3), setting({keep: 1}));
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
    await saveCheckpoint(folder, stateAt(3, false), setting());
    await expect(load(folder)).rejects.toMatchObject(mismatch('EMA'));
  });
});

const state = 'state.safetensors';
const record = 'checkpoint.json';
const damages: [string, (checkpoint: string) => Promise<void>][] = [
  ['a flipped byte', (checkpoint) => flipByte(join(checkpoint, state), -3)],
  ['a missing end', (checkpoint) => truncate(join(checkpoint, state), 100)],
  ['no weights', (checkpoint) => rm(join(checkpoint, state))],
  ['a torn record', (checkpoint) => writeFile(join(checkpoint, record), '{"format": 1, "upd')],
  ['a record of another format', (checkpoint) => writeFile(join(checkpoint, record), '{"format": 2}')],
  ['no record', (checkpoint) => rm(join(checkpoint, record))],
];

describe('damaged checkpoints', () => {
  const load = (folder: string) => loadLatestCheckpoint(folder, layout(), identity, true);

  it.each(damages)('are passed over for the one before: %s', async (_, damage) => {
    const folder = await saved([3, 6]);
    await damage(join(folder, '000000006'));
    const loaded = await load(folder);
    expect(loaded?.state.update).toBe(3);
    expect(loaded?.skipped).toEqual([expect.stringContaining('000000006 is damaged')]);
  });

  it.each(damages)('are an error where there is no other: %s', async (_, damage) => {
    const folder = await saved([3, 6]);
    for (const name of ['000000003', '000000006']) await damage(join(folder, name));
    await expect(load(folder)).rejects.toMatchObject({
      name: 'UserError',
      code: 'checkpoint-corrupt',
      message: expect.stringContaining('000000003') as string,
      where: folder,
    });
  });

  it('are written anew when the training comes by, and do not count as the newest', async () => {
    const folder = await saved([3, 9]);
    await damages[0]?.[1](join(folder, '000000009'));
    await saveCheckpoint(folder, stateAt(6), setting({keep: 1}));
    expect(await readdir(folder)).toEqual(['000000006']);
    await saveCheckpoint(folder, stateAt(9), setting({keep: 1}));
    expect(await load(folder)).toMatchObject({state: {update: 9}, skipped: []});

    await damages[1]?.[1](join(folder, '000000009'));
    await saveCheckpoint(folder, stateAt(9), setting({keep: 1}));
    expect(await load(folder)).toMatchObject({state: {update: 9}, skipped: []});
  });

  it('are none: a number that is not finite is refused, and nothing half written stays', async () => {
    const folder = await saved([3]);
    const broken = stateAt(6);
    const spoilt = {...broken, first: broken.first.map((segment) => tf.mul<tf.Tensor1D>(segment, Infinity))};
    await expect(saveCheckpoint(folder, spoilt, setting())).rejects.toMatchObject({
      code: 'state-not-finite',
      message: expect.stringContaining('first/conv.') as string,
    });
    expect(await readdir(folder)).toEqual(['000000003']);
  });
});

describe('checkpoints that are kept', () => {
  it('include the best one, whatever its age, until another is better', async () => {
    const folder = await saved([1, 2]);
    await markBest(folder, 2, 0.5);
    for (const update of [3, 4, 5]) await saveCheckpoint(folder, stateAt(update), setting({keep: 1}));
    expect((await readdir(folder)).sort()).toEqual(['000000002', '000000005', 'best']);
    await markBest(folder, 5, 0.4);
    await saveCheckpoint(folder, stateAt(6), setting({keep: 1}));
    expect((await readdir(folder)).sort()).toEqual(['000000005', '000000006', 'best']);
    expect(await readBest(folder)).toEqual({format: 1, update: 5, loss: 0.4});
  });

  it('are kept without the best one where its marker is damaged', async () => {
    const folder = await saved([1, 2]);
    await markBest(folder, 1, 0.5);
    await truncate(join(folder, 'best'), 3);
    await saveCheckpoint(folder, stateAt(3), setting({keep: 1}));
    expect((await readdir(folder)).sort()).toEqual(['000000003', 'best']);
    expect(await readBest(folder)).toBeNull();
  });

  it('include the newest regular ones where a training may go back to them', async () => {
    const folder = await saved([2, 4, 6, 7, 9], {keep: 1, regular: 2});
    expect((await readdir(folder)).sort()).toEqual(['000000004', '000000006', '000000009']);
    expect(await newestRegular(folder, 2)).toBe(6);
    expect(await newestRegular(folder, 2, 6)).toBe(4);
    expect(await newestRegular(folder, 5)).toBeNull();
    await markBest(folder, 9, 0.1);
    await removeBeyond(folder, 4);
    expect(await readdir(folder)).toEqual(['000000004']);
  });
});
