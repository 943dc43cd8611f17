import {readFile, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {packageRoot} from '../../../trainer/packageRoot.ts';

/** A table that a verb has written, for the tests of those who read it. */
export function tableFixture(name: 'matrix' | 'study' | 'benchmark'): string {
  return join(packageRoot(), 'test', 'fixtures', 'tables', `${name}.json`);
}

/** Keeps a table of a real verb as a fixture where DEME_KEEP_TABLES asks for it; without the folder that it was made in. */
export async function keepTable(name: Parameters<typeof tableFixture>[0], file: string): Promise<void> {
  if (!process.env.DEME_KEEP_TABLES) return;
  const table = JSON.parse(await readFile(file, 'utf8')) as {config: string};
  await writeFile(tableFixture(name), `${JSON.stringify({...table, config: basename(table.config)})}\n`);
}
