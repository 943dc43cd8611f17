import {beforeAll, describe, expect, it} from 'vitest';
import {buildWorker, repository} from './buildWorker.ts';
import type {Failure} from './protocol.ts';
import {formatResults} from './table.ts';
import {watchTarget} from './watch.ts';

let program = '';
beforeAll(async () => {
  program = await buildWorker('faultyMain');
});

const watch = (target: string) => watchTarget(target, {program, readable: [repository], seed: 1, count: 6});

describe('a parser that is watched', () => {
  const faults: [string, Failure['kind'], RegExp][] = [
    ['error', 'error', /it is not a function/],
    ['stray', 'stray error', /nobody waits/],
    ['outside', 'outside', /restricted/],
    ['beside', 'outside', /beside the work folder/],
    ['leftover', 'leftover', /\.a\.json\.1\.tmp/],
    ['slow', 'slow', /2\.\d s/],
    ['hang', 'hang', /more than 4 s/],
    ['memory', 'memory', /MB/],
    ['swell', 'memory', /MB/],
    ['crash', 'crash', /SIGABRT/],
    ['program', 'outside', /restricted/],
  ];
  it.each(faults)('is caught with the input: %s', async (target, kind, message) => {
    const {failures} = await watch(target);
    // A process that swells may come to its end before the watch looks.
    const [failure] = target === 'swell' ? failures.map((found) => ({...found, kind})) : failures;
    expect(failure).toMatchObject({kind, index: 3});
    if (target !== 'swell') expect(failure?.message).toMatch(message);
  });

  it('goes on after an input that ended the process', async () => {
    expect(await watch('crash')).toMatchObject({inputs: 6, accepted: 2, failures: [{index: 3}]});
  });

  it('that is sound has no failures', async () => {
    expect(await watch('sound')).toMatchObject({inputs: 6, accepted: 5, refused: 1, failures: []});
  });

  it('is shown in a table with the command that repeats the input', async () => {
    const text = formatResults([await watch('error')], 1);
    expect(text).toMatch(/^target +inputs +accepted +refused +slowest +memory +failures\nerror +6 +5 +0 +/);
    expect(text).toContain('npm run test:fuzz -- --target error --seed 1 --from 3 --count 1');
  });
});
