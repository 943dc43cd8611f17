import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../trainer/contract/config/config.ts';
import type {ResolvedConfig} from '../../../trainer/contract/run/pipeline.ts';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {savePretrained} from '../../../trainer/models/pretrained.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {runRanges} from '../../../trainer/pipeline/runRanges.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {tinyConfig} from '../train/tasks/tinyModel.ts';

useCpuBackend();

type Range = [number, number];

function resolve(folder: string, settings: object): ResolvedConfig {
  const config = DemeConfig.parse({name: 'ranges', base: 'base', data: {kind: 'mnist'}, ...settings});
  return {folder, baseFolder: folder, config};
}

describe('ranges of trained experts', () => {
  const ranges = (decouple: object, timesteps: number) => runRanges('run', resolve('', {decouple}), timesteps);

  it('are equal, for the number of timesteps that the base has', async () => {
    expect(await ranges({ranges: 4}, 1000)).toEqual([
      [0, 250],
      [250, 500],
      [500, 750],
      [750, 1000],
    ]);
    expect(await ranges({ranges: 3}, 100)).toEqual([
      [0, 33],
      [33, 66],
      [66, 100],
    ]);
  });

  it('are four when the config says nothing', async () => {
    expect(await ranges({}, 1000)).toHaveLength(4);
  });

  it('lie between the edges', async () => {
    expect(await ranges({edges: [0, 100, 1000]}, 1000)).toEqual([
      [0, 100],
      [100, 1000],
    ]);
  });

  it('must cover the timesteps of the base', async () => {
    await expect(ranges({edges: [0, 100, 1000]}, 500)).rejects.toMatchObject({code: 'edges-invalid'});
    await expect(ranges({ranges: 11}, 10)).rejects.toMatchObject({code: 'ranges-invalid'});
  });
});

describe('ranges of given experts', () => {
  /** Experts by their ranges in the config and in their records; null is none. */
  async function ranges(given: (Range | null)[], recorded: (Range | null)[] = []): Promise<unknown> {
    const folder = await temporaryFolder();
    for (const [i] of given.entries()) await writeExpert(join(folder, `expert${i}`), recorded[i] ?? null);
    const experts = given.map((range, i) => ({model: `expert${i}`, ...(range && {range})}));
    return runRanges('run', resolve(folder, {experts}), 1000);
  }

  async function writeExpert(path: string, range: Range | null): Promise<void> {
    const record = ModelRecord.parse({role: 'expert', ...(range && {range})});
    const params = initialiseParams(tinyConfig, 1);
    const schedulerConfig = SchedulerConfig.parse({});
    await savePretrained(path, {unetConfig: tinyConfig, schedulerConfig, params, record, dtype: 'F32'});
  }

  it.each([
    [
      'the config',
      [
        [0, 300],
        [300, 1000],
      ],
      [],
    ],
    [
      'their records',
      [null, null],
      [
        [0, 300],
        [300, 1000],
      ],
    ],
    ['the config for one and the record for the other', [[0, 300], null], [null, [300, 1000]]],
  ] as [string, (Range | null)[], (Range | null)[]][])('come from %s', async (_, given, recorded) => {
    expect(await ranges(given, recorded)).toEqual([
      [0, 300],
      [300, 1000],
    ]);
  });

  it('stay with their experts, in whatever order these are given', async () => {
    expect(
      await ranges([
        [500, 1000],
        [0, 500],
      ]),
    ).toEqual([
      [500, 1000],
      [0, 500],
    ]);
  });

  it('are equal where nobody says anything', async () => {
    expect(await ranges([null, null])).toEqual([
      [0, 500],
      [500, 1000],
    ]);
  });

  it.each([
    [
      'a gap',
      [
        [0, 400],
        [500, 1000],
      ],
    ],
    [
      'an overlap',
      [
        [0, 600],
        [500, 1000],
      ],
    ],
    [
      'a missing end',
      [
        [0, 500],
        [500, 900],
      ],
    ],
    [
      'a missing beginning',
      [
        [100, 500],
        [500, 1000],
      ],
    ],
    [
      'an end beyond the last timestep',
      [
        [0, 500],
        [500, 1001],
      ],
    ],
  ] as [string, Range[]][])('are refused with %s', async (_, given) => {
    await expect(ranges(given)).rejects.toMatchObject({name: 'UserError', code: 'merge-range'});
  });

  it('are refused where only one expert has one', async () => {
    const error = {code: 'ranges-incomplete', message: expect.stringContaining('expert 1') as string};
    await expect(ranges([[0, 500], null])).rejects.toMatchObject(error);
  });

  it('may belong to bare weights files, which have no record', async () => {
    const folder = await temporaryFolder();
    const experts = [
      {model: 'low.safetensors', range: [0, 500]},
      {model: 'high.safetensors', range: [500, 1000]},
    ];
    for (const {model} of experts) await writeFile(join(folder, model), '');
    expect(await runRanges('run', resolve(folder, {experts}), 1000)).toEqual([
      [0, 500],
      [500, 1000],
    ]);
  });
});
