import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {z} from 'zod';
import {MergeRecord} from '../../../trainer/contract/records.ts';
import {mergeModels} from '../../../trainer/merge/mergeFiles.ts';
import {toolVersion} from '../../../trainer/pipeline/toolVersion.ts';
import {hashFile} from '../../../trainer/store/sha256.ts';
import {deme, demeJson, useBuiltProgram} from '../../helpers/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {golden} from '../store/golden.ts';

const base = golden('merge/base.safetensors');
const experts = [0, 1].map((i) => golden(`merge/expert${i}.safetensors`));
const named = ['--base', base, '--expert', experts[0] ?? '', '--expert', experts[1] ?? ''];

describe('deme merge by options', () => {
  useBuiltProgram();

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

  it('takes method and rules as a config has them', async () => {
    const out = join(await temporaryFolder(), 'out.safetensors');
    const settings = {method: {kind: 'ties', density: 0.3}, rules: [{match: '*.bias', weights: [0, 1]}]};
    const Merged = z.strictObject({out: z.string(), record: MergeRecord});
    const call = ['merge', ...named, '--weights=0.4,1', '--settings', JSON.stringify(settings), '--out', out];
    const {record} = await demeJson(Merged, call);
    expect(record).toMatchObject({
      method: {kind: 'ties', density: 0.3, lambda: 1, mean: true},
      rules: [{match: '*.bias', weights: [0, 1]}],
    });
  });

  it('records the ranges and says what was merged', async () => {
    const out = join(await temporaryFolder(), 'out.safetensors');
    const ranges = ['--range', '0,500', '--range', '500,1000'];
    const {code, stdout} = await deme(['merge', ...named, '--weights', '-0.25,1', ...ranges, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toContain('-0.25 x (expert0.safetensors - base.safetensors)  t in [0, 500)');
    expect((await readFile(out)).toString('latin1')).toContain('deme.merge');
  });

  it.each([
    [['--base', base], 'needs --expert, --weights, --out'],
    [[...named, '--weights=0.4', '--out', 'x.safetensors'], '2 experts need 2 weights'],
    [[...named, '--weights=0.4,1', '--range', '0,500', '--out', 'x.safetensors'], 'as many ranges or none'],
    [[...named, '--weights=0.4,1', '--settings', '{"metod": 1}', '--out', 'x.safetensors'], 'metod'],
    [[...named, '--weights=0.4,1', '--settings', 'ties', '--out', 'x.safetensors'], '--settings'],
    [['some.deme.yaml', '--dtype', 'F16', '--out', 'x'], '--out, --dtype cannot be given'],
  ])('refuses %j', async (args, message) => {
    const {code, stderr} = await deme(['merge', ...args], {cwd: await temporaryFolder()});
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
