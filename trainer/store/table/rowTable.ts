import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import * as z from 'zod';
import {UserError} from '../../contract/errors.ts';
import {fileExists} from '../files/fileExists.ts';
import {byteText} from '../files/freeSpace.ts';
import {parseJson} from '../files/jsonFile.ts';
import {hashBytes} from '../hashes/sha256.ts';
import {makeFolders} from '../files/makeFolders.ts';
import {removeAbandoned} from '../files/temporaryFiles.ts';
import {writeWithRoom, type DiskWatch} from '../files/writeWithRoom.ts';
import {takeLock} from '../run/processLock.ts';
import {bytesPerElement, narrow, widen} from '../weights/dtype.ts';
import {openSafetensors, writeSafetensors} from '../weights/safetensors.ts';
import {elementCount, type TensorSlices} from '../weights/tensorReader.ts';
import {OpenFiles} from './openFiles.ts';

export interface TableSettings {
  readonly folder: string;
  /** As in `the latents of the training images`. */
  readonly what: string;
  readonly rows: number;
  /** Shape of a row. */
  readonly shape: readonly number[];
  readonly dtype: 'F32' | 'F16';
  /** Rows of one file: what a kill may cost, and what a damaged file does; default: 32. */
  readonly rowsPerFile?: number;
  /** Computes a row; null for one that there cannot be. */
  compute(row: number): Promise<Float32Array | null>;
}

/** How a table is filled. */
export interface TableHooks {
  /** Awaited before each row and while others are waited for; what it throws ends the work. */
  beforeEach(): Promise<void>;
  say(level: 'info' | 'warning', message: string): void;
  onProgress(done: number, total: number): void;
  readonly disk?: DiskWatch;
}

const defaultRows = 32;
const tensorName = 'rows';
const sumsKey = 'deme.sums';
/** SHA-256 of the bytes of each row; null where there is none. */
const Sums = z.array(z.string().nullable());
const waitMilliseconds = 500;
/** Files of a table that are open at once. A batch of a training takes its rows from anywhere. */
const openFiles = 256;
const idleMilliseconds = 2000;
/** Of a row, before the disk is given up. */
const maxRepairs = 2;

/** A file of rows that is being read from. */
interface OpenRows {
  readonly path: string;
  readonly sums: z.infer<typeof Sums>;
  readonly slices: TensorSlices;
  close(): Promise<void>;
}

/**
 * Rows of numbers that are computed once and kept on disk, by number, in files of `rowsPerFile`. Several processes may fill a table at once:
 * each file has a lock and appears whole. A file that is damaged is computed again when one of its rows is read.
 */
export class RowTable {
  readonly #files = new OpenFiles<OpenRows>({
    most: openFiles,
    idle: idleMilliseconds,
    open: (file) => this.#open(file),
    close: ({close}) => close(),
  });

  readonly #rowsPerFile: number;

  constructor(
    readonly settings: TableSettings,
    readonly hooks: TableHooks,
  ) {
    this.#rowsPerFile = settings.rowsPerFile ?? defaultRows;
  }

  /** Bytes that the files will take which are missing among those of the first `rows` rows. */
  async missingBytes(rows: number = this.settings.rows): Promise<number> {
    const missing = await this.#missing(rows);
    return missing.reduce((sum, file) => sum + this.#fileBytes(file), 0);
  }

  /** Computes what is missing of the first `rows` rows; waits for what others are computing. */
  async fill(rows: number = this.settings.rows): Promise<void> {
    const missing = new Set(await this.#missing(rows));
    if (missing.size === 0) return;
    makeFolders(this.settings.folder);
    await removeAbandoned(this.settings.folder);
    while (missing.size > 0) {
      const before = missing.size;
      for (const file of missing) {
        const left = [...missing].reduce(
          (sum, each) => sum + Math.min(this.#rowsPerFile, rows - each * this.#rowsPerFile),
          0,
        );
        const onRow = (done: number) => this.hooks.onProgress(Math.min(rows, rows - left + done), rows);
        if (await this.#settle(file, onRow)) missing.delete(file);
      }
      if (missing.size === before) await this.#pause();
    }
    this.hooks.onProgress(rows, rows);
  }

  /** A row, computed now where it is not there; null where there cannot be any. */
  async read(row: number): Promise<Float32Array | null> {
    for (let repairs = 0; ; repairs++) {
      try {
        return await this.#read(row);
      } catch (error) {
        if (!(error instanceof UserError) || repairs === maxRepairs) throw error;
        // One that is not there was not asked for before.
        if (error.code !== 'file-missing')
          this.hooks.say('warning', `a file of ${this.settings.what} is damaged and computed again: ${error.message}`);
        await this.#repair(row);
      }
    }
  }

  /** Closes the files that are open. A later read opens its own anew. */
  close(): Promise<void> {
    return this.#files.close();
  }

  async #read(row: number): Promise<Float32Array | null> {
    const {shape, dtype} = this.settings;
    return this.#files.use(Math.floor(row / this.#rowsPerFile), ({path, sums, slices}) => {
      const sum = sums[row % this.#rowsPerFile];
      if (sum === null) return null;
      const bytes = new Uint8Array(elementCount(shape) * bytesPerElement[dtype]);
      slices.read((row % this.#rowsPerFile) * bytes.length, bytes);
      if (hashBytes(bytes) !== sum)
        throw new UserError('table-invalid', `Row ${row} is not what was written.`, {where: path});
      return widen(bytes, dtype);
    });
  }

  async #open(file: number): Promise<OpenRows> {
    const {shape, dtype} = this.settings;
    const path = this.#path(file);
    const reader = await openSafetensors(path);
    try {
      const sums = parseJson(reader.metadata.get(sumsKey) ?? '', Sums, 'the sums of its rows', path);
      const expected = [this.#rowsOf(file), ...shape].join();
      if (reader.shapes.get(tensorName)?.join() !== expected || reader.dtypes.get(tensorName) !== dtype)
        throw new UserError('table-invalid', `It does not hold [${expected}] numbers of ${dtype}.`, {where: path});
      return {path, sums, slices: await reader.slices(tensorName), close: reader.close};
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** Makes sure that a row can be read, whoever computes it. */
  async #repair(row: number): Promise<void> {
    const file = Math.floor(row / this.#rowsPerFile);
    makeFolders(this.settings.folder);
    for (;;) {
      const lock = await takeLock(`${this.#path(file)}.lock`);
      if (!lock.held) {
        await this.#pause();
        continue;
      }
      try {
        // Another process may have been faster.
        if (!(await this.#isReadable(row))) await this.#write(file, () => undefined);
        return;
      } finally {
        await lock.release();
      }
    }
  }

  async #isReadable(row: number): Promise<boolean> {
    return this.#read(row).then(
      () => true,
      () => false,
    );
  }

  /** Whether a file is there now, computed by this process or another; false where another one is at it. */
  async #settle(file: number, onRow: (done: number) => void): Promise<boolean> {
    if (await fileExists(this.#path(file))) return true;
    const lock = await takeLock(`${this.#path(file)}.lock`);
    if (!lock.held) return false;
    try {
      if (!(await fileExists(this.#path(file)))) await this.#write(file, onRow);
      return true;
    } finally {
      await lock.release();
    }
  }

  async #write(file: number, onRow: (done: number) => void): Promise<void> {
    const {what, shape, dtype, compute, folder} = this.settings;
    const {beforeEach, say, disk} = this.hooks;
    const rows = this.#rowsOf(file);
    const size = elementCount(shape) * bytesPerElement[dtype];
    const bytes = new Uint8Array(rows * size);
    const sums: z.infer<typeof Sums> = [];
    for (let i = 0; i < rows; i++) {
      await beforeEach();
      const row = await compute(file * this.#rowsPerFile + i);
      const part = bytes.subarray(i * size, (i + 1) * size);
      if (row !== null) part.set(narrow(row, dtype));
      sums.push(row === null ? null : hashBytes(part));
      onRow(i + 1);
    }
    const tensor = {name: tensorName, shape: [rows, ...shape], dtype, read: () => bytes};
    const nextAction = async () => beforeEach().then(() => 'continue' as const);
    await writeWithRoom({folder, bytes: bytes.length, what, say, nextAction, disk}, () =>
      writeSafetensors(this.#path(file), [tensor], {[sumsKey]: JSON.stringify(sums)}),
    );
  }

  async #missing(rows: number): Promise<number[]> {
    const files = Array.from({length: Math.ceil(rows / this.#rowsPerFile)}, (_, file) => file);
    const there = await Promise.all(files.map((file) => fileExists(this.#path(file))));
    return files.filter((file) => !there[file]);
  }

  async #pause(): Promise<void> {
    await this.hooks.beforeEach();
    await wait(waitMilliseconds);
  }

  #rowsOf(file: number): number {
    return Math.min(this.#rowsPerFile, this.settings.rows - file * this.#rowsPerFile);
  }

  #fileBytes(file: number): number {
    return this.#rowsOf(file) * elementCount(this.settings.shape) * bytesPerElement[this.settings.dtype];
  }

  #path(file: number): string {
    return join(this.settings.folder, `${String(file).padStart(6, '0')}.safetensors`);
  }
}

/** Fills tables one after the other, and says before how much room that takes. Throws a UserError where it is not there. */
export async function fillTables(
  tables: readonly {readonly table: RowTable; readonly rows: number}[],
  folder: string,
  free: number,
): Promise<void> {
  let needed = 0;
  for (const {table, rows} of tables) needed += await table.missingBytes(rows);
  if (needed === 0) return;
  const names = tables.map(({table}) => table.settings.what).join(', ');
  if (needed > free) {
    throw new UserError('cache-room', `The cache needs ${byteText(needed)} more, and ${byteText(free)} are free.`, {
      where: folder,
      hint: 'Free some space, set data.cache.folder to another disk, data.cache.dtype to F16, or data.cache to false.',
    });
  }
  tables[0]?.table.hooks.say(
    'info',
    `${names} take ${byteText(needed)} in ${folder}, where ${byteText(free)} are free.`,
  );
  for (const {table, rows} of tables) await table.fill(rows);
}
