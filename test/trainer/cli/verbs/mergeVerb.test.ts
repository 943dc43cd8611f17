import {readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {MergeRecord} from '../../../../trainer/contract/run/records.ts';
import {mergeModels} from '../../../../trainer/merge/files/mergeFiles.ts';
import {toolVersion} from '../../../../trainer/pipeline/owner/toolVersion.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {golden} from '../../store/golden.ts';

const base = golden('merge/base.safetensors');
const experts = [0, 1].map((i) => golden(`merge/expert${i}.safetensors`));
const named = ['--base', base, '--expert', experts[0] ?? '', '--expert', experts[1] ?? ''];

describe('deme merge by options', () => {
  it.each(['F32', 'BF16'] as const)('gives the bytes of the library: %s', async (dtype) => {
    const folder = await temporaryFolder();
    const [out, expected] = [join(folder, 'out.safetensors'), join(folder, 'expected.safetensors')];
    const weights = [0.4, -0.25];
    const Merged = z.strictObject({out: z.string(), record: MergeRecord});
    const call = ['merge', ...named, '--weights=0.4,-0.25', '--out', out, '--dtype', dtype];
    const {record} = await demeJson(Merged, call);
    const paths = experts.map((path) => ({path}));
    const direct = await mergeModels({base, experts: paths, weights, out: expected, dtype, tool: toolVersion()});
    expect(record).toEqual(direct);
    expect(await hashFile(out)).toBe(await hashFile(expected));
  });

  it('records the ranges and says what was merged', async () => {
    const out = join(await temporaryFolder(), 'out.safetensors');
    const ranges = ['--range', '0,500', '--range', '500,1000'];
    const {code, stdout} = await deme(['merge', ...named, '--weights', '-0.25,1', ...ranges, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toContain('-0.25 x (expert0.safetensors - base.safetensors)  t in [0, 500)');
    expect((await readFile(out)).toString('latin1')).toContain('deme.merge');
  });

  it('says that a merge without any weight is the base', async () => {
    const folder = await temporaryFolder();
    const merge = (name: string, ...weights: string[]) =>
      deme(['merge', ...named, ...weights, '--out', join(folder, `${name}.safetensors`)]);
    const [none, ruled] = await Promise.all([
      merge('none', '--weights=0,0'),
      merge('ruled', '--weights=0,0', '--rule', '*.bias=0,1'),
    ]);
    expect([none.code, ruled.code]).toEqual([0, 0]);
    expect(none.stdout).toContain('All weights are zero: this is the base.');
    expect(ruled.stdout).not.toContain('this is the base');
  });

  it('takes a method with its parameters and rules, and makes the merge again from its recipe', async () => {
    const folder = await temporaryFolder();
    const [out, again] = [join(folder, 'out.safetensors'), join(folder, 'again.safetensors')];
    const how = ['--method', 'ties', '--set', 'density=0.4', '--set', 'mean=false', '--rule', '*.bias=0.5,0.1:0.9'];
    const {code, stdout} = await deme(['merge', ...named, '--weights=1,0.5', ...how, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toContain('by ties, density 0.4, lambda 1, mean false');
    const call = ['merge', '--recipe', out, '--inputs', dirname(base), '--out', again];
    const {record} = await demeJson(z.strictObject({out: z.string(), record: MergeRecord}), call);
    expect(record.method).toEqual({kind: 'ties', density: 0.4, lambda: 1, mean: false});
    expect(record.rules).toMatchObject([{match: '*.bias', weights: [0.5, [0.1, 0.9]]}]);
    expect(await hashFile(again)).toBe(await hashFile(out));
  });

  it.each([
    [['--recipe', base, '--out', 'x.safetensors'], 'hold no merge recipe'],
    [['--recipe', base, '--dtype', 'F16', '--out', 'x'], 'so --dtype cannot be given'],
    [[...named, '--weights=1,1', '--method', 'ties', '--set', 'density=2', '--out', 'x'], '--set density'],
    [[...named, '--weights=1,1', '--set', 'density=0.5', '--out', 'x'], 'The parameters of linear: lambda'],
    [[...named, '--weights=1,1', '--rule', 'up', '--out', 'x'], 'a weight for each expert'],
    [['--base', base], 'needs --expert, --weights, --out'],
    [[...named, '--weights=0.4', '--out', 'x.safetensors'], '2 experts need 2 weights'],
    [[...named, '--weights=0.4,1', '--range', '0,500', '--out', 'x.safetensors'], 'as many ranges or none'],
    [['some.deme.yaml', '--dtype', 'F16', '--out', 'x'], '--out, --dtype cannot be given'],
    [['some.deme.yaml', '--prediction-type', 'v_prediction'], 'so --prediction-type cannot be given'],
  ])('refuses %j', async (args, message) => {
    const {code, stderr} = await deme(['merge', ...args], {cwd: await temporaryFolder()});
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
