import type {Locator} from 'playwright-core';
import {eventually} from './describePanel.ts';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Where an element lies on the page, in pixels, once two looks in a row find it in the same place: an element that the page puts in anew
 * has no place for a moment, and moves while pictures and texts above it arrive.
 */
export async function settledBox(locator: Locator): Promise<Box> {
  let before: Box | null = null;
  await eventually(async () => {
    const now = await locator.boundingBox();
    const settled = now !== null && JSON.stringify(now) === JSON.stringify(before);
    before = now;
    return settled;
  }).toBe(true);
  if (before === null) throw new Error('the element is gone');
  return before;
}
