import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {z} from 'zod';
import {readJson, writeJsonAtomic} from '../../../trainer/store/jsonFile.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

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
