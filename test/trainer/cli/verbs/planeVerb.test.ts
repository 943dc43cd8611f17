import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {LossPlane, PlaneResult} from '../../../../trainer/contract/run/measured/lossPlane.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

/** A run with three given experts and weights; returns its folder. */
async function threeExperts(): Promise<string> {
  const folder = await temporaryFolder();
  const experts = ['a', 'b', 'c'].map((model) => ({model}));
  const merge = {weights: [0.2, 0.3, 0.4]};
  const config = await writeTinyExperiment(folder, {experts, merge, decouple: undefined, evaluate: undefined});
  for (const [i, {model}] of experts.entries()) await writeTinyBase(join(folder, model), i + 2);
  const {code, stderr} = await deme(['merge', config]);
  expect(code, stderr).toBe(0);
  return join(folder, '.deme', 'runs', 'tiny-1');
}

describe('deme plane', {timeout: 300_000}, () => {
  useCpuBackend();

  it('measures a plane, goes on with one that was interrupted, and refuses what makes none', async () => {
    const run = await threeExperts();
    const call = ['plane', run, '--experts', '2,0', '--images', '2', '--engine', 'wasm'];
    const {file, plane} = await demeJson(PlaneResult, call);
    expect(plane).toMatchObject({experts: [2, 0], weights: [0.2, 0.3, 0.4], done: 457, total: 457});
    expect(LossPlane.parse(JSON.parse(await readFile(file, 'utf8')))).toEqual(plane);
    const losses = [...plane.rows.flat(), ...plane.line.losses];
    expect(losses.filter((loss) => loss === null)).toEqual([]);
    // What lies on line and plane alike is measured twice, with other merges before: the base's loss is that of no weights at all.
    const other = await demeJson(PlaneResult, [...call, '--weights=0,0,0']);
    expect(other.plane.line.losses[1]).toBeCloseTo(plane.line.losses[0] ?? NaN, 6);

    // As a process that was killed has left it.
    const cut = {
      ...other.plane,
      done: 100,
      rows: other.plane.rows.map((row, i) => (i < 4 ? row : row.map(() => null))),
    };
    await writeFile(other.file, JSON.stringify(cut));
    const resumed = await demeJson(PlaneResult, [...call, '--weights=0,0,0']);
    expect(resumed.plane).toEqual(other.plane);

    for (const [args, text] of [
      [['--experts', '0,3'], 'There is no expert 3.'],
      [['--weights=1,2'], '3 experts need 3 weights, not 2.'],
      [['--experts', '1,1'], 'Give two different experts'],
    ] as const) {
      const refused = await deme(['plane', run, ...args, '--engine', 'wasm']);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(text);
    }
  });
});
