import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {finishedStages, requireNeeds} from '../../../../trainer/pipeline/graph/finishedStages.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const search = {name: 'search', needs: ['expert-0', 'expert-1']};
const expert = {name: 'expert-1', needs: []};

describe('finished stages', () => {
  it('are those given and those that they need', async () => {
    const run = await temporaryFolder();
    await mkdir(join(run, 'stages'));
    for (const stage of ['expert-0', 'search', 'merge']) {
      const record = {stage, seconds: 2, finished: new Date().toISOString()};
      await writeFile(join(run, 'stages', `${stage}.json`), JSON.stringify(record));
    }
    const found = [...(await finishedStages(run, [search]))];
    expect(found.map(([name, {seconds}]) => [name, seconds])).toEqual([
      ['search', 2],
      ['expert-0', 2],
    ]);
  });

  it('leave out one whose record is damaged', async () => {
    const run = await temporaryFolder();
    await mkdir(join(run, 'stages'));
    await writeFile(join(run, 'stages', 'search.json'), '{"stage": "sea');
    expect([...(await finishedStages(run, [search]))]).toEqual([]);
  });

  it('let a stage start that needs them', () => {
    expect(() => requireNeeds([search, expert], new Set(['expert-0']))).not.toThrow();
  });

  it('are named where they are missing', () => {
    expect(() => requireNeeds([search], new Set(['expert-0']))).toThrow('search needs expert-1, not done');
  });
});
