import {readFile, writeFile} from 'node:fs/promises';

/** Inverts the byte at `position` of a file, counted from the end where it is negative. */
export async function flipByte(file: string, position: number): Promise<void> {
  const bytes = await readFile(file);
  const at = position < 0 ? bytes.length + position : position;
  bytes[at] = 255 - (bytes[at] ?? 0);
  await writeFile(file, bytes);
}
