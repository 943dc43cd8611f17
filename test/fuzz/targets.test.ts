import {beforeAll, describe, expect, it} from 'vitest';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {buildWorker, repository} from './buildWorker.ts';
import {formatResults} from './table.ts';
import {targets} from './targets.ts';
import {watchTarget} from './watch.ts';

const named = targets.map((target) => [target.name, target] as const);
const seed = 20_250_615;
/** A short form of `npm run test:fuzz`. */
const count = 150;

let program = '';
beforeAll(async () => {
  program = await buildWorker('workerMain');
});

describe('every parser', () => {
  it.each(named)('accepts what is well-formed: %s', async (_, target) => {
    for (const bytes of await target.seeds()) await target.parse(bytes, await temporaryFolder());
  });

  it.each(named)('refuses hostile input with a clear error, in bounded time, memory and place: %s', async (name) => {
    const result = await watchTarget(name, {program, readable: [repository], seed, count});
    expect(result.failures, formatResults([result], seed)).toEqual([]);
    expect(result).toMatchObject({inputs: count});
    expect(result.refused).toBeGreaterThan(0);
  });
});
