import type {Command} from 'commander';
import type {Measurement} from '../pipeline/measurements/measurement.ts';
import {writeFileAtomic} from '../store/files/atomicFile.ts';
import {requireApart, requireFree} from '../store/files/pathIdentity.ts';
import {firstBytes} from '../store/files/regularFile.ts';

/** Bytes of a first line. */
const longestHeader = 1000;

/** Where a verb also writes its numbers as CSV. */
export interface CsvOptions {
  readonly csv?: string;
  readonly overwrite?: boolean;
}

export function addCsvOptions(command: Command): void {
  command
    .option('--csv <file>', 'also write all numbers as CSV')
    .option('--overwrite', 'replace a file at --csv that is no earlier table of this kind, too');
}

/** Checks before any work that the CSV may be written: not over the inputs, and over another file only where that has the same columns. */
export async function requireCsv(
  {csv, overwrite}: CsvOptions,
  {csvHeader}: Pick<Measurement, 'csvHeader'>,
  inputs: readonly string[] = [],
): Promise<void> {
  if (csv === undefined) return;
  await requireApart(csv, inputs);
  const isOwn = async (path: string) => csvHeader.test((await firstBytes(path, longestHeader))?.toString('utf8') ?? '');
  await requireFree(csv, {overwrite, isOwn});
}

/** Writes the CSV where one was asked for, and returns its path. */
export async function writeCsv({csv}: CsvOptions, text: string): Promise<string[]> {
  if (csv === undefined) return [];
  await writeFileAtomic(csv, text);
  return [csv];
}
