import {readdir, readFile, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {unpackedBytes, unpackWheel, withWheel} from '../../../../../trainer/engine/tensorflow/install/wheelFile.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../../helpers/textContaining.ts';
import {writeWheel} from '../../fakeWheel.ts';

const all = () => true;
const nothing = () => undefined;
const long = 'a line that is repeated\n'.repeat(50_000);
const files = {'tensorflow/lib.so.2': long, 'tensorflow/empty': '', 'nvidia/nvcc/bin/ptxas': 'a program'};

/** The compressed kind and the stored kind. */
const kinds = ['tensorflow-2.21.0-py3-none-any', 'nvidia_nvcc-12.5-py3-none-any'];

describe('a wheel', () => {
  it.each(kinds)('is unpacked as it was packed: %s', async (name) => {
    const folder = await temporaryFolder();
    const path = await writeWheel(folder, name, files, {metadata: 'Requires-Dist: numpy'});
    let bytes = 0;
    const records = await withWheel(path, async (wheel) => {
      expect(wheel.metadata).toContain('Requires-Dist: numpy');
      const isFile = (file: string) => file in files;
      expect(unpackedBytes(wheel, isFile)).toBe(long.length + 9);
      return unpackWheel(wheel, join(folder, 'out'), isFile, (count) => (bytes += count));
    });
    expect(records.map((record) => record.path)).toEqual(Object.keys(files));
    for (const [file, text] of Object.entries(files)) {
      expect(await readFile(join(folder, 'out', file), 'utf8')).toBe(text);
    }
    expect(bytes).toBe(long.length + 9);
    expect((await stat(join(folder, 'out', 'nvidia/nvcc/bin/ptxas'))).mode & 0o111).toBe(0o111);
  });

  it('gives only the files that are asked for', async () => {
    const folder = await temporaryFolder();
    const path = await writeWheel(folder, kinds[0] ?? '', files);
    const keep = (name: string) => name.startsWith('nvidia/');
    const records = await withWheel(path, (wheel) => unpackWheel(wheel, join(folder, 'out'), keep, nothing));
    expect(records).toMatchObject([{path: 'nvidia/nvcc/bin/ptxas', size: 9}]);
  });

  it.each(kinds)('is refused when a file has another hash than its RECORD says: %s', async (name) => {
    const folder = await temporaryFolder();
    const path = await writeWheel(folder, name, files, {wrongHash: true});
    const unpacked = withWheel(path, (wheel) => unpackWheel(wheel, join(folder, 'out'), all, nothing));
    const message = textContaining('tensorflow/lib.so.2');
    await expect(unpacked).rejects.toMatchObject({name: 'UserError', code: 'wheel-damaged', where: path, message});
  });

  it.each(kinds)('is refused when a byte of its content is changed: %s', async (name) => {
    const folder = await temporaryFolder();
    const path = await writeWheel(folder, name, {'tensorflow/lib.so.2': long});
    const bytes = await readFile(path);
    bytes[200] = (bytes[200] ?? 0) ^ 0x55;
    await writeFile(path, bytes);
    const unpacked = withWheel(path, (wheel) => unpackWheel(wheel, join(folder, 'out'), all, nothing));
    await expect(unpacked).rejects.toMatchObject({code: 'wheel-damaged'});
  });

  it('is refused when it is cut off', async () => {
    const path = await writeWheel(await temporaryFolder(), kinds[0] ?? '', files);
    await truncate(path, (await stat(path)).size - 30);
    await expect(withWheel(path, nothing)).rejects.toMatchObject({code: 'zip-invalid', where: path});
  });

  it('writes nothing outside of the folder', async () => {
    const folder = await temporaryFolder();
    const path = await writeWheel(folder, kinds[0] ?? '', {'nvidia/../../outside': 'x'});
    const unpacked = withWheel(path, (wheel) => unpackWheel(wheel, join(folder, 'a', 'b'), all, nothing));
    await expect(unpacked).rejects.toMatchObject({code: 'wheel-damaged'});
    await expect(stat(join(folder, 'outside'))).rejects.toMatchObject({code: 'ENOENT'});
  });

  it.each(['../up', '/etc/passwd', 'a/../../up', 'a\\..\\up', 'C:up', 'a//b', './a', 'a\0b'])(
    'writes nothing for the name %j',
    async (name) => {
      const folder = await temporaryFolder();
      const path = await writeWheel(folder, kinds[0] ?? '', {[name]: 'x'});
      const unpacked = withWheel(path, (wheel) =>
        unpackWheel(wheel, join(folder, 'out'), (file) => file === name, nothing),
      );
      await expect(unpacked).rejects.toMatchObject({code: 'wheel-damaged', where: path});
      expect(await readdir(folder)).toHaveLength(1);
    },
  );
});
