import {readFile, writeFile} from 'node:fs/promises';
import {basename} from 'node:path';
import {fileURLToPath} from 'node:url';

/** A table that a verb has written, for the tests of those who read it. */
export function tableFixture(name: 'matrix' | 'study' | 'benchmark'): string {
  return fileURLToPath(new URL(`../fixtures/tables/${name}.json`, import.meta.url));
}

/** Keeps a table of a real verb as a fixture where DEME_KEEP_TABLES asks for it; without the folder that it was made in. */
export async function keepTable(name: Parameters<typeof tableFixture>[0], file: string): Promise<void> {
  if (!process.env.DEME_KEEP_TABLES) return;
  const table = JSON.parse(await readFile(file, 'utf8')) as {config: string};
  await writeFile(tableFixture(name), `${JSON.stringify({...table, config: basename(table.config)})}\n`);
}
