import {rename} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {keepPlace, makeFolders} from '../../../../trainer/store/files/makeFolders.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

it('makes what is missing, but never the folder that the process works in', async () => {
  const folder = await temporaryFolder();
  const place = join(folder, 'runs', 'digits-1');
  expect(makeFolders(place)).toBe(join(folder, 'runs'));
  keepPlace(place);
  const made = join(place, 'experts', 'expert-0');
  expect(makeFolders(made)).toBe(join(place, 'experts'));
  expect(makeFolders(made)).toBeUndefined();
  expect(await fileExists(made)).toBe(true);

  await rename(place, join(folder, 'moved'));
  expect(() => makeFolders(made)).toThrow('ENOENT');
  expect(await fileExists(place)).toBe(false);
  makeFolders(`${place}0`);
  expect(await fileExists(`${place}0`)).toBe(true);
});
