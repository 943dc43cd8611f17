import {link, mkdir, readdir, readFile, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {MergeRecord} from '../../../../trainer/contract/run/records.ts';
import {mergeModels, type MergeRequest} from '../../../../trainer/merge/files/mergeFiles.ts';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {expectSameBytes} from '../expectSameBytes.ts';
import {golden, goldenExperts, goldenPath, openReader} from '../goldenMerge.ts';
import {counter, tensor, writeBare} from '../tinyModels.ts';
import {ulp} from '../ulp.ts';
import {tinyFolders} from './tinyFolders.ts';

async function goldenMerge(change: Partial<MergeRequest> = {}) {
  const out = join(await temporaryFolder(), 'merged.safetensors');
  const experts = goldenExperts.map((path) => ({path}));
  const request = {
    base: goldenPath('base'),
    experts,
    weights: golden.weights,
    out,
    dtype: 'F32' as const,
    tool: 'deme 0',
    ...change,
  };
  const record = await mergeModels(request);
  return {record, out, reader: await openReader(out)};
}

describe('mergeModels on bare files', () => {
  it('equals the merge of PyTorch bit for bit, identity projections for the base included', async () => {
    const {reader} = await goldenMerge();
    const expected = await openReader(goldenPath('merged'));
    expect([...reader.shapes].sort()).toEqual([...expected.shapes].sort());
    for (const name of expected.shapes.keys())
      expectSameBytes(await reader.read(name), await expected.read(name), name);
  });

  it('keeps its recipe, without paths, in the metadata', async () => {
    const {record, reader} = await goldenMerge();
    expect(MergeRecord.parse(JSON.parse(reader.metadata.get('deme.merge') ?? ''))).toEqual(record);
    expect(record.base).toEqual({name: 'base.safetensors', sha256: await hashFile(goldenPath('base'))});
    expect(record.experts[3]).toEqual({
      name: 'expert3.safetensors',
      sha256: await hashFile(goldenExperts[3]!),
      weight: 0.5,
    });
    expect(record.warnings).toHaveLength(4);
    expect(reader.metadata.get('format')).toBe('pt');
  });

  it('makes the same bytes again', async () => {
    const [first, second] = [await goldenMerge(), await goldenMerge()];
    expect(await hashFile(first.out)).toBe(await hashFile(second.out));
  });

  it('gives the bytes of the base for zero weights', async () => {
    const {reader} = await goldenMerge({weights: [0, 0, 0, 0]});
    const base = await openReader(goldenPath('base'));
    for (const name of base.shapes.keys())
      expectSameBytes(await reader.readBytes(name), await base.readBytes(name), name);
    const size = reader.shapes.get('adapter_list.0.weight')?.[0] ?? 0;
    expect((await reader.read('adapter_list.0.weight')).reduce((sum, value) => sum + value)).toBe(size);
  });

  it('gives an expert to rounding for a one-hot vector', async () => {
    const {reader} = await goldenMerge({weights: [0, 0, 1, 0]});
    const [base, expert] = [await openReader(goldenPath('base')), await openReader(goldenExperts[2]!)];
    for (const name of base.shapes.keys()) {
      const [origin, expected] = [await base.read(name), await expert.read(name)];
      (await reader.read(name)).forEach((value, k) => {
        const unit = ulp(Math.max(Math.abs(expected[k]!), Math.abs(origin[k]!)));
        if (Math.abs(value - expected[k]!) > unit) expect.fail(`${name}[${k}]: ${value} is not ${expected[k]}`);
      });
    }
  });

  it('merges relative to a base that has identity projections of its own just the same', async () => {
    const {out: extended} = await goldenMerge({weights: [0, 0, 0, 0]});
    const [expected, actual] = [await goldenMerge(), await goldenMerge({base: extended})];
    for (const name of expected.reader.shapes.keys()) {
      expectSameBytes(await actual.reader.readBytes(name), await expected.reader.readBytes(name), name);
    }
  });

  it('rounds once, at the end, to half precision', async () => {
    const [half, full] = [await goldenMerge({dtype: 'F16'}), await goldenMerge()];
    const name = 'conv_in.weight';
    expect(half.reader.dtypes.get(name)).toBe('F16');
    const expected = await full.reader.read(name);
    (await half.reader.read(name)).forEach((value, k) => {
      expect(Math.abs(value - expected[k]!)).toBeLessThanOrEqual(2 ** -11 * Math.abs(expected[k]!));
    });
  });

  it('reports progress up to the number of tensors', async () => {
    const seen: number[][] = [];
    await goldenMerge({onProgress: (done, total) => seen.push([done, total])});
    expect(seen).toEqual(Array.from({length: 219}, (_, i) => [i + 1, 219]));
  });

  it('copies integer buffers from the base without loss', async () => {
    const folder = await temporaryFolder();
    const steps = counter(2n ** 60n + 1n);
    const [base, expert] = await Promise.all(
      ['base', 'expert'].map((name, i) => writeBare(join(folder, `${name}.safetensors`), {value: i, changes: {steps}})),
    );
    const out = join(folder, 'new folder', 'out.safetensors');
    await mergeModels({base: base!, experts: [{path: expert!}], weights: [0.5], out, dtype: 'F16', tool: 'deme 0'});
    const reader = await openReader(out);
    expect(reader.dtypes.get('steps')).toBe('I64');
    expect(await reader.readBytes('steps')).toEqual(await (await openReader(base!)).readBytes('steps'));
    expect(await reader.read('conv_in.weight')).toEqual(Float32Array.of(0.5, -0.5));
  });

  it('leaves nothing behind when a value is not finite', async () => {
    const folder = await temporaryFolder();
    const changes = {'conv_in.bias': tensor('conv_in.bias', [2], [1, NaN])};
    const base = await writeBare(join(folder, 'base.safetensors'), {value: 1});
    const expert = await writeBare(join(folder, 'expert.safetensors'), {value: 1, changes});
    const request = {
      base,
      experts: [{path: expert}],
      weights: [0.5],
      out: join(folder, 'out.safetensors'),
      dtype: 'F32' as const,
      tool: 'deme 0',
    };
    await expect(mergeModels(request)).rejects.toThrow('conv_in.bias holds NaN at element 1.');
    expect((await readdir(folder)).sort()).toEqual(['base.safetensors', 'expert.safetensors']);
  });
});

describe('mergeModels on folders', () => {
  it('writes a model folder with the records', async () => {
    const {request, sha256} = await tinyFolders();
    const record = await mergeModels(request);
    const merged = await readModelFolder(request.out);
    expect(merged.record).toMatchObject({role: 'merged', base: sha256, projection: 'full', predictionType: 'epsilon'});
    expect(merged.record?.warnings).toBeUndefined();
    expect(merged.schedulerConfig?.beta_end).toBe(0.019);
    expect(record.experts.map(({name, range, weight}) => ({name, range, weight}))).toEqual([
      {name: 'expert-0', range: [0, 500], weight: 0.5},
      {name: 'expert-1', range: [500, 1000], weight: 0.25},
    ]);
    expect(JSON.parse(await readFile(join(request.out, 'merge.json'), 'utf8'))).toEqual(record);
  });

  it('adds the deltas of projections to the identity', async () => {
    const {request} = await tinyFolders();
    await mergeModels(request);
    const reader = await openReader(join(request.out, 'unet', 'diffusion_pytorch_model.safetensors'));
    // 1 + 0.5 (2 - 1) + 0.25 (3 - 1)
    expect(await reader.read('adapter_list.3.weight')).toEqual(Float32Array.of(2, 0, 0, 2));
    expect(await reader.read('conv_in.weight')).toEqual(Float32Array.of(2, -2));
  });

  it('keeps to the stock class only without projections', async () => {
    const {request, root} = await tinyFolders();
    await mergeModels(request);
    const className = async (folder: string) =>
      (JSON.parse(await readFile(join(folder, 'unet', 'config.json'), 'utf8')) as {_class_name: string})._class_name;
    expect(await className(request.out)).not.toBe('UNet2DModel');
    const experts = [{path: await writeBare(join(root, 'plain.safetensors'), {value: 3})}];
    const out = join(root, 'plain');
    await mergeModels({...request, experts, weights: [1], out});
    expect(await className(out)).toBe('UNet2DModel');
    expect((await readModelFolder(out)).record?.projection).toBe('off');
    expect((await readModelFolder(out)).record?.warnings).toHaveLength(4);
  });

  it('knows projections that fold into a stock model', async () => {
    const {request, root} = await tinyFolders();
    const experts = [{path: await writeBare(join(root, 'up.safetensors'), {value: 3, projections: [3, 4]})}];
    await mergeModels({...request, experts, weights: [1]});
    expect((await readModelFolder(request.out)).record?.projection).toBe('stock-compatible');
  });

  it('takes a bare file out of folders', async () => {
    const {request, root} = await tinyFolders();
    const out = join(root, 'merged.safetensors');
    await mergeModels({...request, out});
    expect(await (await openReader(out)).read('conv_in.weight')).toEqual(Float32Array.of(2, -2));
  });
});

describe('mergeModels refuses', () => {
  it('a wrong number of weights, or one that is no number', async () => {
    await expect(goldenMerge({weights: [1]})).rejects.toMatchObject({
      code: 'merge-weights',
      message: '4 experts need 4 weights, but 1 are given.',
    });
    await expect(goldenMerge({weights: [1, NaN, 0, 0]})).rejects.toThrow('The weight of expert 1 is NaN.');
    await expect(goldenMerge({experts: [], weights: []})).rejects.toThrow('A merge needs at least one expert.');
  });

  it('an input that is not there', async () => {
    await expect(goldenMerge({base: '/nowhere/base.safetensors'})).rejects.toMatchObject({
      code: 'model-missing',
      where: '/nowhere/base.safetensors',
    });
  });

  it('a folder as output of a bare base', async () => {
    const out = join(await temporaryFolder(), 'merged');
    await expect(goldenMerge({out})).rejects.toMatchObject({code: 'merge-output', where: out});
  });

  it('to overwrite an input or the folder around it', async () => {
    const {request, base, root} = await tinyFolders();
    const file = join(base, 'unet', 'diffusion_pytorch_model.safetensors');
    for (const out of [base, join(base, 'unet'), root, file, join(root, 'expert-1', '.')]) {
      await expect(mergeModels({...request, out}), out).rejects.toThrow('The output would overwrite an input.');
    }
  });

  it('to overwrite an input that is called otherwise, and leaves it as it is', async () => {
    const root = await temporaryFolder();
    const at = (name: string): string => join(root, name);
    const base = await writeBare(at('base.safetensors'), {value: 1});
    const expert = await writeBare(at('expert.safetensors'), {value: 2});
    await symlink('base.safetensors', at('link.safetensors'));
    await link(base, at('hard.safetensors'));
    await symlink('.', at('here'));
    const before = await readFile(base);
    const request = {experts: [{path: expert}], weights: [0.3], dtype: 'F32' as const, tool: 'deme 0'};
    for (const [input, out] of [
      ['link.safetensors', 'base.safetensors'],
      ['base.safetensors', 'link.safetensors'],
      ['hard.safetensors', 'base.safetensors'],
      ['base.safetensors', 'here/base.safetensors'],
      ['here/base.safetensors', 'here/here/link.safetensors/'],
      ['base.safetensors', 'here/expert.safetensors'],
    ] as const) {
      const merging = mergeModels({...request, base: at(input), out: `${root}/${out}`, replaces: 'existing'});
      await expect(merging, out).rejects.toThrow('The output would overwrite an input.');
    }
    expect(await readFile(base)).toEqual(before);
  });

  it('to write into an input, unless it is a run that lies there', async () => {
    const {request, base} = await tinyFolders();
    const out = join(base, 'unet', 'diffusion_pytorch_model.fp16.safetensors');
    await expect(mergeModels({...request, out})).rejects.toThrow('The output would lie inside an input.');
    const inRun = join(base, 'runs', '1', 'models', 'merged');
    await mergeModels({...request, out: inRun, replaces: 'ownResult'});
    await mergeModels({...request, out: inRun, replaces: 'ownResult'});
  });

  it('to replace a model, unless it is told to', async () => {
    const {request, root} = await tinyFolders();
    for (const name of ['other', 'other.safetensors']) {
      const out = join(root, name);
      await mergeModels({...request, weights: [0, 0], out});
      const before = await hashFile(name === 'other' ? join(out, 'merge.json') : out);
      await expect(mergeModels({...request, out}), name).rejects.toMatchObject({code: 'output-exists', where: out});
      expect(await hashFile(name === 'other' ? join(out, 'merge.json') : out)).toBe(before);
      await mergeModels({...request, out, replaces: 'existing'});
      expect(await hashFile(name === 'other' ? join(out, 'merge.json') : out)).not.toBe(before);
    }
  });

  it('to replace a folder that is something else, whatever it is told', async () => {
    const {request} = await tinyFolders();
    await mkdir(request.out);
    await expect(mergeModels(request)).rejects.toMatchObject({code: 'folder-exists'});
    await expect(mergeModels({...request, replaces: 'existing'})).rejects.toMatchObject({code: 'folder-exists'});
  });

  it('inputs that contradict each other, before it writes', async () => {
    const {request, root} = await tinyFolders();
    await expect(mergeModels({...request, experts: request.experts.slice(0, 1), weights: [1]})).rejects.toMatchObject({
      code: 'merge-range',
    });
    expect(await readdir(root)).not.toContain('merged');
  });
});
