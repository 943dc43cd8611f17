import {execFileSync} from 'node:child_process';
import {symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {ConfigFiles} from '../../../extension/config/configFiles.ts';
import type {Log} from '../../../extension/log.ts';
import {closeDocument, openDocument, Uri, workspace} from '../../helpers/editor/fakeVscode.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

it.skipIf(process.platform === 'win32')('configs are files and links to them, and no pipe is waited for', async () => {
  const folder = await temporaryFolder();
  const pipe = join(folder, 'pipe.deme.yaml');
  execFileSync('mkfifo', [pipe]);
  await writeFile(join(folder, 'a.deme.yaml'), 'output: runs\n');
  await symlink('a.deme.yaml', join(folder, 'b.deme.yaml'));
  await symlink('pipe.deme.yaml', join(folder, 'c.deme.yaml'));
  workspace.workspaceFolders = [{uri: Uri.file(folder), name: 'work'}];
  const configs = new ConfigFiles({debug: () => undefined} as unknown as Log);
  onTestFinished(() => configs.dispose());
  await configs.start();
  expect(configs.all().map(({fsPath}) => fsPath)).toEqual(['a', 'b'].map((name) => join(folder, `${name}.deme.yaml`)));
  // One that is known as an open document is looked at as well.
  const document = openDocument(pipe, '');
  onTestFinished(() => closeDocument(document));
  expect(configs.all()).toHaveLength(3);
  expect((await configs.outputs()).sort()).toEqual([join(folder, '.deme', 'runs'), join(folder, 'runs')]);
});
