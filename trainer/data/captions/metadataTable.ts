import {parse, CsvError} from 'csv-parse/sync';
import * as z from 'zod';
import {captionColumns} from '../../contract/config/dataConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {readRegularFile} from '../../store/files/regularFile.ts';

/** A million captions have about a hundred megabytes. */
const largestFile = 500_000_000;
/** Characters of a line of CSV, quoted line breaks included. */
const largestRow = 1_000_000;

/** A line of a table, or the JSON beside an image. */
export const CaptionRow = z.record(z.string(), z.unknown());
/** A text, a list of texts, or nothing. */
const Captions = z.union([z.string(), z.array(z.string()), z.null(), z.undefined()]);

/**
 * The captions of a `metadata.jsonl` or `metadata.csv` by `file_name`, as the image folders of Hugging Face's datasets have them. Rows with
 * the same name add up. `column`: where the captions are; left out: the first of `captionColumns` that the first row has. Throws a UserError
 * with the number of the row.
 */
export async function readMetadataTable(
  file: string,
  column?: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const captions = new Map<string, string[]>();
  let found = column;
  for (const {row, line} of await readTable(file)) {
    found ??= captionColumns.find((name) => name in row);
    if (found === undefined || !(found in row)) throw noColumn(file, line, row, column);
    const {file_name: name} = row;
    const texts = captionTexts(row[found]);
    if (typeof name !== 'string' || name === '') throw invalid(file, line, 'has no file_name');
    if (texts === null) throw invalid(file, line, `has something else than a text or a list of texts as ${found}`);
    const key = plainName(name);
    const known = captions.get(key);
    if (known === undefined) captions.set(key, texts);
    else for (const each of texts) known.push(each);
  }
  return captions;
}

/** Whether a file is a table, by its name. */
export function isTable(file: string): boolean {
  return /\.(csv|tsv|jsonl)$/i.test(file);
}

/** The rows of a table by columns. Throws a UserError for what is none. */
export async function readTable(file: string): Promise<Iterable<NumberedRow>> {
  const text = (await readRegularFile(file, largestFile)).toString('utf8').replace(/^\ufeff/, '');
  return /\.[ct]sv$/i.test(file) ? csvRows(text, file) : jsonRows(text, file);
}

/** The captions that a value of a row stands for, empty ones left out; null for something else. */
export function captionTexts(value: unknown): string[] | null {
  const parsed = Captions.safeParse(value);
  if (!parsed.success) return null;
  return [parsed.data ?? []].flat().filter((text) => text.trim() !== '');
}

interface NumberedRow {
  readonly row: Record<string, unknown>;
  /** From 1. */
  readonly line: number;
}

function* jsonRows(text: string, file: string): Iterable<NumberedRow> {
  // Line by line: a list of all lines of a file of line breaks would be many times as large as the file.
  for (let start = 0, line = 1; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    const json = text.slice(start, end < 0 ? text.length : end).trim();
    if (json !== '') yield {row: jsonRow(json, file, line), line};
    start = end < 0 ? text.length : end + 1;
  }
}

function jsonRow(json: string, file: string, line: number): Record<string, unknown> {
  try {
    return CaptionRow.parse(JSON.parse(json));
  } catch {
    throw invalid(file, line, 'is not a JSON object');
  }
}

function* csvRows(text: string, file: string): Iterable<NumberedRow> {
  let lines: Record<string, string>[];
  try {
    // Texts of TSV files have quotes in them that quote nothing.
    const layout = file.toLowerCase().endsWith('.tsv') ? {delimiter: '\t', relax_quotes: true} : {};
    lines = parse(text, {columns: true, skip_empty_lines: true, max_record_size: largestRow, ...layout});
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UserError('captions-invalid', `This CSV cannot be read: ${error.message}.`, {where: file, cause: error});
  }
  for (const [i, row] of lines.entries()) yield {row, line: i + 2};
}

/** `a/b.png` of `./a/b.png` and of the spelling that Windows has for it. */
function plainName(name: string): string {
  return name.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
}

function invalid(where: string, line: number, what: string): UserError {
  return new UserError('captions-invalid', `Row ${line} ${what}.`, {where: `${where}:${line}`});
}

function noColumn(where: string, line: number, row: object, wanted: string | undefined): UserError {
  const sought = wanted === undefined ? `none of the columns ${captionColumns.join(', ')}` : `no column ${wanted}`;
  return new UserError('captions-column', `Row ${line} has ${sought}.`, {
    where: `${where}:${line}`,
    hint: `Set data.captions.column to one of ${Object.keys(row).slice(0, 20).join(', ')}.`,
  });
}
