import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {BenchmarkPlan, benchmarkNames} from '../../../../trainer/contract/benchmark/benchmarkPlan.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

describe('deme benchmark', () => {
  it('lists the benchmarks', async () => {
    const list = await demeJson(z.array(z.strictObject({name: z.string(), about: z.string()})), ['benchmark']);
    expect(list.map(({name}) => name)).toEqual(benchmarkNames);
  });

  it('shows a plan and writes nothing with --dry-run', async () => {
    const folder = join(await temporaryFolder(), 'digits');
    const plan = await demeJson(BenchmarkPlan, ['benchmark', 'digits', '--dir', folder, '--dry-run']);
    expect(plan).toMatchObject({ready: true, updates: {expert: 600, ordinary: 2400}, drawing: {images: 10_000}});
    expect(existsSync(folder)).toBe(false);
  });

  it('ends with 2 and the list of what is missing, beside the config that it would run', async () => {
    const folder = await temporaryFolder();
    const env = {DEME_CACHE: await temporaryFolder()};
    const {code, stderr} = await deme(['benchmark', 'cifar10', '--dir', folder, '--scale', '0.5'], {env});
    expect(code).toBe(2);
    expect(stderr).toContain('3 things are missing for cifar10:');
    expect(stderr).toContain(join(folder, 'data', 'cifar-10-batches-bin'));
    expect(await readFile(join(folder, 'cifar10-scale-0.5.deme.yaml'), 'utf8')).toContain('updates: 10000');
  });
});
