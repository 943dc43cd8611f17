import {expect} from 'vitest';

/** Stands for any text with this part in it, in an expected value; typed, unlike `expect.stringContaining`. */
export function textContaining(part: string): unknown {
  return expect.stringContaining(part);
}
