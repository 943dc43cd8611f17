import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {expect, it} from 'vitest';
import {temporaryBeside} from '../../../../trainer/store/files/atomicFile.ts';
import {isAbandoned, removeAbandoned} from '../../../../trainer/store/files/temporaryFiles.ts';
import {endedProcess} from '../../../helpers/machine/endedProcess.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

it('removes what killed processes left half written at any depth, and nothing else', async () => {
  const folder = await temporaryFolder();
  const deep = join(folder, 'models', 'expert-0');
  await mkdir(deep, {recursive: true});
  const dead = `.state.json.${await endedProcess()}.0a1b2c3d.tmp`;
  const living = basename(temporaryBeside(join(deep, 'state.json')));
  const others = ['.hidden.tmp', 'notes.tmp', '.notes.12x.ab.tmp'];
  for (const name of [living, ...others]) await writeFile(join(deep, name), '');
  await writeFile(join(folder, dead), '');
  await mkdir(join(deep, dead, 'unet'), {recursive: true});
  expect(isAbandoned(dead)).toBe(true);
  await removeAbandoned(folder);
  expect(await readdir(folder)).toEqual(['models']);
  expect((await readdir(deep)).sort()).toEqual([living, ...others].sort());
});
