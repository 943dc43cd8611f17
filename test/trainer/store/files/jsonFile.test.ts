import {execFileSync} from 'node:child_process';
import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {readJson, writeJsonAtomic} from '../../../../trainer/store/files/jsonFile.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const Schema = z.strictObject({steps: z.array(z.int())});

describe('readJson', () => {
  it('reads what writeJsonAtomic wrote', async () => {
    const path = join(await temporaryFolder(), 'a.json');
    await writeJsonAtomic(path, {steps: [1, 2]});
    expect(await readJson(path, Schema, 'the record')).toEqual({steps: [1, 2]});
    expect(await readFile(path, 'utf8')).toMatch(/\n$/);
  });

  it('says where the content is wrong', async () => {
    const path = join(await temporaryFolder(), 'a.json');
    await writeJsonAtomic(path, {steps: [1, 'two'], extra: 1});
    const error = await readJson(path, Schema, 'the record').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({code: 'content-invalid', where: path});
    expect(String(error)).toMatch(/the record.*steps\.1.*extra/s);
  });

  it('tells broken JSON and a missing file apart', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.json');
    await writeFile(path, '{"steps": [1');
    await expect(readJson(path, Schema, 'the record')).rejects.toMatchObject({code: 'json-invalid', where: path});
    const missing = join(folder, 'b.json');
    await expect(readJson(missing, Schema, 'the record')).rejects.toMatchObject({code: 'file-missing', where: missing});
  });
});

describe('readJson of a hostile file', () => {
  const read = async (text: string) => {
    const path = join(await temporaryFolder(), 'a.json');
    await writeFile(path, text);
    return readJson(path, z.looseObject({steps: z.array(z.int()).optional()}), 'the record');
  };

  it.each([
    ['lists 100,000 deep', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'it is nested too deeply'],
    ['objects 100,000 deep that do not end', '{"a":'.repeat(100_000), 'it is nested too deeply'],
    ['a million empty lists', `[${'[],'.repeat(1_000_000)}1]`, 'it holds more than 400000 values'],
    ['a million keys', `{${'"a":1,'.repeat(1_000_000)}"b":1}`, 'it holds more than 400000 values'],
  ])('refuses %s before it is parsed', async (_, text, reason) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'json-refused',
      message: `This is not read as the record: ${reason}.`,
    });
  });

  it('refuses a file that is too large without reading it', async () => {
    await expect(read(`{"a":"${'x'.repeat(16_000_000)}"}`)).rejects.toMatchObject({
      code: 'file-too-large',
      message: 'The file has 16000008 bytes; at most 16000000 are read.',
    });
  });

  it('takes brackets and quotes in texts for what they are', async () => {
    const text = `\\"${'['.repeat(300)}`;
    expect(await read(JSON.stringify({text}))).toEqual({text});
  });

  it('keeps __proto__ a key like any other', async () => {
    const value = await read('{"__proto__":{"steps":[1]}}');
    expect(value.steps).toBeUndefined();
    expect({}).not.toHaveProperty('steps');
  });

  it('lists five mistakes and counts the rest', async () => {
    await expect(read(JSON.stringify({steps: Array(1000).fill('x')}))).rejects.toThrow(
      /steps\.4: [^;]*; and 995 more\.$/,
    );
  });

  it('shows control characters of a name instead of printing them', async () => {
    const path = join(await temporaryFolder(), 'a.json');
    await writeFile(path, '{"steps":[],"\\u001b[2J\\u202e":1}');
    const error = await readJson(path, Schema, 'the record').catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('\\u001b[2J\\u202e');
    expect(String(error)).not.toContain('\u001b');
  });

  it.skipIf(process.platform === 'win32')('opens no pipe, no device and no folder', async () => {
    const folder = await temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe.json')]);
    await symlink('/dev/zero', join(folder, 'device.json'));
    await mkdir(join(folder, 'folder.json'));
    for (const name of ['pipe', 'device', 'folder']) {
      await expect(readJson(join(folder, `${name}.json`), Schema, 'the record')).rejects.toMatchObject({
        code: 'file-odd',
        message: 'This is not a plain file, so it is not opened.',
      });
    }
  });
});
