import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {lossPlanes, planeArguments} from '../../../extension/panel/lossPlanes.ts';
import {fakeRun} from '../../helpers/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {bowlPlane} from '../../helpers/bowlPlane.ts';

describe('lossPlanes', () => {
  it('reads whole planes and those in the making, and nothing else', async () => {
    const run = await temporaryFolder();
    expect(await lossPlanes(run)).toEqual([]);
    await mkdir(join(run, 'planes'));
    const write = (name: string, text: string) => writeFile(join(run, 'planes', name), text);
    await write('plane-0-1.json', JSON.stringify(bowlPlane([0, 1], 40)));
    await write('plane-1-2.json', JSON.stringify(bowlPlane([1, 2])));
    await write('plane-0-2.json', '{"format":1');
    await write('plane-0-3.json', JSON.stringify({...bowlPlane(), rows: 'all'}));
    await write('plane-0-1.json.lock', '{}');
    await write('notes.json', '{}');
    const planes = await lossPlanes(run);
    expect(planes.map(({experts, done}) => [experts, done])).toEqual([
      [[0, 1], 40],
      [[1, 2], 457],
    ]);
  });
});

describe('planeArguments', () => {
  it('names run, experts and the weights that are held', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 1});
    expect(planeArguments(run, [2, 0], [-0.5, 1, 0, 0.25])).toEqual([
      'plane',
      run.path,
      '--experts',
      '2,0',
      '--weights=-0.5,1,0,0.25',
    ]);
    expect(planeArguments(run, [0, 1])).toHaveLength(4);
  });

  it('refuses a run with one expert', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 1, experts: 1});
    expect(() => planeArguments(run, [0, 1])).toThrow('needs two experts');
  });
});
