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
 * with the line of the row.
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
  const bytes = await readRegularFile(file, largestFile);
  if (/\.[ct]sv$/i.test(file)) return csvRows(bytes, file);
  return jsonRows(bytes.toString('utf8').replace(/^\ufeff/, ''), file);
}

/** The captions that a value of a row stands for, empty ones left out; null for something else. */
export function captionTexts(value: unknown): string[] | null {
  const parsed = Captions.safeParse(value);
  if (!parsed.success) return null;
  return [parsed.data ?? []].flat().filter((text) => text.trim() !== '');
}

interface NumberedRow {
  readonly row: Record<string, unknown>;
  /** In which the row begins, from 1. */
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

function* csvRows(bytes: Buffer, file: string): Iterable<NumberedRow> {
  const lines = new RowLines(bytes);
  const begun: number[] = [];
  const onHeader = (names: string[]) => {
    lines.passHeader(names);
    return names;
  };
  const onRow = (row: Record<string, string>, {bytes: end}: {bytes: number}) => {
    begun.push(lines.next());
    lines.pass(end);
    return row;
  };
  let rows: Record<string, string>[];
  try {
    // Texts of TSV files have quotes in them that quote nothing.
    const layout = file.toLowerCase().endsWith('.tsv') ? {delimiter: '\t', relax_quotes: true} : {};
    const limits = {skip_empty_lines: true, max_record_size: largestRow};
    rows = parse(lines.text, {columns: onHeader, on_record: onRow, ...limits, ...layout});
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = lines.next();
    const reason = error.message.replace(/line \d+/, `line ${line}`);
    throw new UserError('captions-invalid', `This CSV cannot be read: ${reason}.`, {
      where: `${file}:${line}`,
      cause: error,
    });
  }
  for (const [i, row] of rows.entries()) yield {row, line: begun[i] ?? NaN};
}

const lineFeed = '\n'.charCodeAt(0);

/**
 * The lines in which the rows of a CSV begin. The parser's own count is of no use: it names the last line of a row, and takes each line break of
 * Windows within quotes for two.
 */
class RowLines {
  /** Without the byte order mark. */
  readonly text: Buffer;
  #offset = 0;
  #line = 1;

  constructor(bytes: Buffer) {
    this.text = bytes.subarray(bytes.toString('utf8', 0, 3) === '\ufeff' ? 3 : 0);
  }

  /** Where the next row begins; empty lines are none. */
  next(): number {
    while (/[\r\n]/.test(String.fromCharCode(this.text[this.#offset] ?? 0))) this.pass(this.#offset + 1);
    return this.#line;
  }

  pass(end: number): void {
    for (; this.#offset < end; this.#offset++) if (this.text[this.#offset] === lineFeed) this.#line++;
  }

  /** The row of these cells, whose end the parser does not tell. */
  passHeader(cells: readonly string[]): void {
    const last = this.next() + cells.join('').split('\n').length;
    while (this.#line < last && this.#offset < this.text.length) this.pass(this.#offset + 1);
  }
}

/** `a/b.png` of `./a/b.png` and of the spelling that Windows has for it. */
function plainName(name: string): string {
  return name.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
}

function invalid(where: string, line: number, what: string): UserError {
  return new UserError('captions-invalid', `Line ${line} ${what}.`, {where: `${where}:${line}`});
}

function noColumn(where: string, line: number, row: object, wanted: string | undefined): UserError {
  const sought = wanted === undefined ? `none of the columns ${captionColumns.join(', ')}` : `no column ${wanted}`;
  return new UserError('captions-column', `Line ${line} has ${sought}.`, {
    where: `${where}:${line}`,
    hint: `Set data.captions.column to one of ${Object.keys(row).slice(0, 20).join(', ')}.`,
  });
}
