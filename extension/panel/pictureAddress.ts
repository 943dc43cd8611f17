import {stat} from 'node:fs/promises';

/** The address under which the page finds a picture. The time makes another one of a picture that was drawn again, so that the old one is not shown. */
export async function pictureAddress(file: string, source: (file: string) => string): Promise<string> {
  const {mtimeMs} = await stat(file).catch(() => ({mtimeMs: 0}));
  return `${source(file)}?${mtimeMs}`;
}
