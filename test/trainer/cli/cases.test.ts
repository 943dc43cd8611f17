import {createHash} from 'node:crypto';
import {copyFile, cp, mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {parquetImages} from '../../../trainer/data/parquet/parquet.ts';
import {decodeImage} from '../../../trainer/data/pictures/decodeImage.ts';
import {filesEnding, walkFiles} from '../../../trainer/data/walkFiles.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const cases = fileURLToPath(new URL('../../fixtures/cases/', import.meta.url));
const fixture = (name: string) => join(cases, name);

/** A folder with the base, and a config that trains two experts on `data`. */
async function experiment(data: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(fixture('base'), join(folder, 'base'), {recursive: true});
  await writeFile(
    join(folder, 't.deme.yaml'),
    `name: t
base: base
data: ${data}
decouple: {ranges: 2, updates: 2, batch: 4}
engine: {name: wasm, processes: 1}
`,
  );
  return folder;
}

const images = '{kind: images, path: data, resolution: 8, validation: 2, test: 2}';
const trainFirst = ['finetune', 't.deme.yaml', '--range', '0'];

async function tensor(file: string, name: string): Promise<Float32Array> {
  const reader = await openSafetensors(file);
  const values = await reader.read(name);
  await reader.close();
  return values;
}

const sha256 = (parts: readonly Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

describe("files of users' programs", {timeout: 300_000}, () => {
  it('a merge into its own base, named by a link, is refused', async () => {
    const folder = await temporaryFolder();
    await cp(fixture('merge'), folder, {recursive: true});
    await symlink('orig.safetensors', join(folder, 'link.safetensors'));
    const inputs = ['--base', 'link.safetensors', '--expert', 'expert.safetensors', '--weights=0.3'];
    for (const more of [[], ['--overwrite']]) {
      const {code, stderr} = await deme(['merge', ...inputs, '--out', 'orig.safetensors', ...more], {cwd: folder});
      expect({code, stderr}).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('The output would overwrite an input.') as string,
      });
    }
    expect(await readFile(join(folder, 'orig.safetensors'))).toEqual(await readFile(fixture('merge/orig.safetensors')));
  });

  it('a link that leads nowhere is left out of the data', async () => {
    const folder = await experiment(images);
    await cp(fixture('images'), join(folder, 'data'), {recursive: true});
    await symlink('/nonexistent/readme', join(folder, 'data', 'latest'));
    const {code, stdout, stderr} = await deme(trainFirst, {cwd: folder});
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`Left out of the data: ${join(folder, 'data', 'latest')} (a link that leads nowhere).`);
  });

  it('images that change behind a linked folder are trained on again', async () => {
    const folder = await experiment(images);
    await cp(fixture('images'), join(folder, 'real'), {recursive: true});
    await mkdir(join(folder, 'data'));
    await symlink('../real', join(folder, 'data', 'sub'));
    expect((await deme(['run', 't.deme.yaml'], {cwd: folder})).code).toBe(0);
    for (const name of await readdir(join(folder, 'real')))
      await copyFile(fixture('black.png'), join(folder, 'real', name));
    const {code, stdout} = await deme(['run', 't.deme.yaml'], {cwd: folder});
    expect(code).toBe(0);
    expect(stdout).toContain('again, data.files changed since t-1');
  });

  it('pictures grow as Pillow makes them', async () => {
    const grown = async (name: string) =>
      decodeImage(await readFile(fixture(`upscale/${name}.png`)), {resolution: 16, channels: 3});
    const ramp = await grown('ramp8');
    expect(Array.from({length: 16}, (_, x) => ramp[3 * x])).toEqual([
      0, 8, 23, 38, 53, 68, 83, 98, 113, 128, 143, 158, 173, 188, 203, 210,
    ]);
    expect(sha256([await grown('ramp4')])).toBe('27fe8c4c4476b078bba5a645a234322e881615a7c13c8d2e0f8419ebe792dd29');
    expect(sha256([await grown('ramp10')])).toBe('6c0065c8392427634cf73d621c23aaadcc14e30ed6c71b3787da2f9d0803b388');
    expect(sha256([await grown('symmetric8')])).toBe(
      'e3a80a757c099ebc755e67cabee09ce71b1365f503304cc566b66e236a07aadd',
    );
  });

  it('shards in the format of PyTorch predict what they predict in diffusers', async () => {
    const out = join(await temporaryFolder(), 'out.safetensors');
    const arrays = ['--arrays', fixture('predict/in.safetensors'), '--sample', 'x', '--timesteps', 't'];
    const model = ['--model', fixture('shardbin'), '--engine', 'wasm'];
    const {code, stderr} = await deme(['predict', ...model, ...arrays, '--out', out]);
    expect(code, stderr).toBe(0);
    const expected = await tensor(fixture('predict/expect.safetensors'), 'y');
    expectAllClose(await tensor(out, 'output'), expected, 2e-6);
  });

  it.each(['delta', 'deltaba'])(
    'pictures in the delta encodings of parquet are read, and trained on: %s',
    async (name) => {
      const folder = await experiment('{kind: parquet, path: data, resolution: 8, validation: 2, test: 2}');
      await mkdir(join(folder, 'data'));
      await copyFile(fixture(`${name}.parquet`), join(folder, 'data', 'a.parquet'));
      const unexpected = (message: string) => expect.unreachable(message);
      const source = await parquetImages(
        filesEnding(await walkFiles(join(folder, 'data'), unexpected), '.parquet', join(folder, 'data')),
        {resolution: 8, channels: 3, corrupt: 'stop', column: 'image'},
        unexpected,
      );
      const pictures = await Promise.all(Array.from({length: source.size}, (_, i) => source.read(i)));
      expect(pictures).toHaveLength(40);
      expect(sha256(pictures.filter((picture) => picture !== null))).toBe(
        '979c2fa3db82c140287da6084bc8862fdd56e1188bd0b3bccbcda8fe5cd0d6fa',
      );
      expect((await deme(trainFirst, {cwd: folder})).code).toBe(0);
    },
  );
});
