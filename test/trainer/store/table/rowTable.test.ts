import {readdir, truncate} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fillTables, RowTable, type TableSettings} from '../../../../trainer/store/table/rowTable.ts';
import {flipByte} from '../../../helpers/machine/flipByte.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const rows = 70;
const firstFile = '000000.safetensors';

/** Row i is [i, i + 0.1, i + 0.2]; those that were computed are noted. */
async function countingTable(
  changes: Partial<TableSettings> = {},
  beforeEach: () => Promise<void> = async () => undefined,
) {
  const computed: number[] = [];
  const progress: string[] = [];
  const said: string[] = [];
  const settings: TableSettings = {
    folder: changes.folder ?? (await temporaryFolder()),
    what: 'the numbers',
    rows,
    shape: [3],
    dtype: 'F32',
    compute: async (row) => {
      computed.push(row);
      return Float32Array.of(row, row + 0.1, row + 0.2);
    },
    ...changes,
  };
  const table = new RowTable(settings, {
    beforeEach,
    say: (level, message) => said.push(`${level}: ${message}`),
    onProgress: (done, total) => progress.push(`${done}/${total}`),
  });
  return {table, settings, computed, progress, said};
}

const rowOf = (row: number) => Float32Array.of(row, row + 0.1, row + 0.2);
const first = (count: number) => Array.from({length: count}, (_, i) => i);

describe('a table of rows', () => {
  it('computes each row once and keeps it', async () => {
    const {table, settings, computed, progress} = await countingTable();
    await table.fill();
    expect(computed).toEqual(first(rows));
    expect(progress.at(0)).toBe('1/70');
    expect(progress.at(-1)).toBe('70/70');
    const again = await countingTable(settings);
    await again.table.fill();
    for (const row of [0, 31, 32, 69]) expect(await again.table.read(row)).toEqual(rowOf(row));
    expect(again.computed).toEqual([]);
  });

  it('fills the files of the first rows alone where no more are needed', async () => {
    const {table, computed} = await countingTable();
    expect(await table.missingBytes(33)).toBe(64 * 12);
    await table.fill(33);
    expect(computed).toEqual(first(64));
    expect(await table.missingBytes()).toBe(6 * 12);
  });

  it('goes on where it was ended, without files half written', async () => {
    let left = 40;
    const ended = await countingTable({}, async () => {
      if (left-- === 0) throw new Error('ended');
    });
    await expect(ended.table.fill()).rejects.toThrow('ended');
    expect(await readdir(ended.settings.folder)).toEqual([firstFile]);
    const again = await countingTable({folder: ended.settings.folder});
    await again.table.fill();
    expect(again.computed).toEqual(first(rows).slice(32));
  });

  it('is filled by two at once, who share the work', async () => {
    const one = await countingTable();
    const other = await countingTable({folder: one.settings.folder});
    await Promise.all([one.table.fill(), other.table.fill()]);
    expect([...one.computed, ...other.computed].sort((a, b) => a - b)).toEqual(first(rows));
  });

  it.each([
    ['damaged', (file: string) => flipByte(file, -1)],
    ['truncated', (file: string) => truncate(file, 300)],
    ['empty', (file: string) => truncate(file, 0)],
  ])('computes a file again that is %s', async (_, damage) => {
    const {table, settings, computed, said} = await countingTable();
    await table.fill();
    computed.length = 0;
    await damage(join(settings.folder, firstFile));
    expect(await table.read(31)).toEqual(rowOf(31));
    expect(computed).toEqual(first(32));
    expect(said).toEqual([expect.stringContaining('warning: a file of the numbers is damaged')]);
  });

  it('remembers rows that there cannot be', async () => {
    const {table} = await countingTable({compute: async (row) => (row === 5 ? null : rowOf(row))});
    await table.fill();
    expect(await table.read(5)).toBeNull();
    expect(await table.read(6)).toEqual(rowOf(6));
  });

  it('rounds to F16', async () => {
    const {table} = await countingTable({dtype: 'F16'});
    expect(await table.missingBytes()).toBe(rows * 6);
    await table.fill();
    expect(await table.read(1)).toEqual(Float32Array.of(1, 1.099609375, 1.2001953125));
  });

  it('says how much room it takes, and refuses to begin without', async () => {
    const {table, settings, said, computed} = await countingTable();
    const all = [{table, rows}];
    await expect(fillTables(all, settings.folder, 800)).rejects.toThrow(
      'The cache needs 840 B more, and 800 B are free.',
    );
    expect(computed).toEqual([]);
    await fillTables(all, settings.folder, 900);
    await fillTables(all, settings.folder, 0);
    expect(said).toEqual([`info: the numbers take 840 B in ${settings.folder}, where 900 B are free.`]);
  });
});
