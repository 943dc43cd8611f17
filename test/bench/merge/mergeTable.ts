/** What one contestant needed. */
export interface MergeRow {
  readonly name: string;
  /** Median over the rounds. */
  readonly seconds: number;
  readonly all: readonly number[];
  /** Bytes. */
  readonly peak: number;
}

/** The rows as a Markdown table, each beside the time of our merge. */
export function mergeTable(rows: readonly MergeRow[]): string {
  const ours = rows.find(({name}) => name === 'ours')?.seconds ?? NaN;
  const cells = rows.map(({name, seconds, peak}) => [
    name,
    `${seconds.toFixed(2)} s`,
    `${(seconds / ours).toFixed(2)}x`,
    `${(peak / 2 ** 20).toFixed(0)} MiB`,
  ]);
  const table = [['way', 'time', 'to ours', 'peak memory'], ['---', '---', '---', '---'], ...cells];
  return table.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
