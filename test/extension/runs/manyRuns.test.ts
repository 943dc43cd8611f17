import * as fs from 'node:fs/promises';
import {basename, join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {createLog} from '../../../extension/log.ts';
import {Runs} from '../../../extension/runs/runs.ts';
import {writeNotes} from '../../../trainer/store/run/runNotes.ts';
import {writeManyRuns} from '../../bench/runs/manyRuns.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** Calls of the file system, which is what many runs cost; `npm run bench:runs` measures the times. */
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof fs>();
  const counted = Object.fromEntries(
    (['open', 'stat', 'lstat', 'readdir'] as const).map((name) => [name, vi.fn(actual[name])]),
  );
  return {...actual, ...counted};
});

function calls(): {opens: number; looks: number} {
  const count = (name: 'open' | 'stat' | 'lstat' | 'readdir') => vi.mocked(fs[name]).mock.calls.length;
  const counts = {opens: count('open'), looks: count('stat') + count('lstat') + count('readdir')};
  vi.clearAllMocks();
  return counts;
}

const count = 40;

describe('many runs', () => {
  it('are read once, newest first, and only looked at afterwards', async () => {
    const output = join(await temporaryFolder(), 'runs');
    await writeManyRuns(output, {runs: count, events: 4000});
    // Rest for longer than the clock of the file system is vague.
    const past = new Date(Date.now() - 60_000);
    for (const name of await fs.readdir(output)) {
      if (name.startsWith('digits-')) await fs.utimes(join(output, name), past, past);
    }
    const runs = new Runs(createLog());
    onTestFinished(() => runs.dispose());
    const sizes: number[] = [];
    runs.onDidChangeList(() => sizes.push(runs.all().length));
    const seen: string[] = [];
    runs.onDidChange(({path}) => seen.push(basename(path)));
    calls();

    await runs.setOutputs([output]);
    const first = calls();
    expect(runs.all()).toHaveLength(count + 1);
    expect(sizes[0]).toBeLessThan(count);
    expect(sizes.length).toBeLessThan(count / 4);
    expect(seen.indexOf(`digits-${count}`)).toBeLessThan(seen.indexOf('digits-1'));
    expect(first.opens).toBeLessThan(9 * count);
    expect(first.looks).toBeLessThan(12 * count);

    await runs.refresh();
    const second = calls();
    expect(second.opens).toBeLessThan(count / 4);
    expect(second.looks).toBeLessThan(3 * count);

    await writeNotes(join(output, 'digits-7'), {tags: ['x'], note: ''});
    await runs.refresh();
    expect(runs.get(join(output, 'digits-7'))?.notes.tags).toEqual(['x']);
  });
});
