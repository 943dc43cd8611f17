import {appendFile, readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {CandidateJournal} from '../../../../trainer/pipeline/search/candidateJournal.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

async function written(): Promise<string> {
  const path = join(await temporaryFolder(), 'candidates.jsonl');
  const journal = await CandidateJournal.open(path, 'key');
  journal.add({search: 'weights', weights: [0.1, -0.25]}, 1 / 3);
  journal.add({search: 'weights', weights: [1, 1]}, NaN);
  journal.add({search: 'groups', weights: [0.1, -0.25]}, 0.5);
  return path;
}

it('remembers every loss to the bit, also one that was not finite', async () => {
  const journal = await CandidateJournal.open(await written(), 'key');
  expect(journal.size).toBe(3);
  expect(journal.get({search: 'weights', weights: [0.1, -0.25]})).toBe(1 / 3);
  expect(journal.get({search: 'weights', weights: [1, 1]})).toBeNaN();
  expect(journal.get({search: 'groups', weights: [0.1, -0.25]})).toBe(0.5);
  expect(journal.get({search: 'groups', weights: [1, 1]})).toBeUndefined();
});

it('begins anew for other models or draws', async () => {
  const path = await written();
  expect((await CandidateJournal.open(path, 'other')).size).toBe(0);
  expect((await CandidateJournal.open(path, 'key')).size).toBe(0);
});

it('leaves out a line that was cut off, and goes on behind the whole ones', async () => {
  const path = await written();
  await truncate(path, (await readFile(path)).length - 9);
  const journal = await CandidateJournal.open(path, 'key');
  expect(journal.size).toBe(2);
  journal.add({search: 'groups', weights: [2]}, 4);
  expect((await CandidateJournal.open(path, 'key')).get({search: 'groups', weights: [2]})).toBe(4);
});

it.each(['', 'null\n', '{"format":1,"key":7}\n', '[]\n[]\n', '\u0000\u0001'])(
  'survives a file with %j',
  async (text) => {
    const path = join(await temporaryFolder(), 'candidates.jsonl');
    await writeFile(path, text);
    expect((await CandidateJournal.open(path, 'key')).size).toBe(0);
  },
);

it('reads nothing behind a line that is damaged', async () => {
  const path = await written();
  await appendFile(path, '{"search":"weights","weights":"all","loss":1}\n');
  await appendFile(path, '{"search":"weights","weights":[9],"loss":1}\n');
  const journal = await CandidateJournal.open(path, 'key');
  expect(journal.size).toBe(3);
  expect(journal.get({search: 'weights', weights: [9]})).toBeUndefined();
});
