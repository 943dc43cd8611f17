import type {Locator} from 'playwright-core';

/** Pixels across the file of a picture; 0 before it has been read. */
export function drawnWidth(picture: Locator): Promise<number> {
  return picture.evaluate((element) => (element as unknown as {naturalWidth: number}).naturalWidth);
}
