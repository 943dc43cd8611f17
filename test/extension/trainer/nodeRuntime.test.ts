import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {delimiter, dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {cleanEnvironment, findNode} from '../../../extension/trainer/nodeRuntime.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** A program that says this version. */
async function fakeNode(version: string): Promise<string> {
  const path = join(await temporaryFolder(), 'bin', 'node');
  await mkdir(dirname(path));
  await writeFile(path, `#!/bin/sh\necho ${version}\n`);
  await chmod(path, 0o755);
  return path;
}

const onPath = (path: string) => ({...process.env, PATH: [dirname(path), '/usr/bin', '/bin'].join(delimiter)});

describe('the Node program', () => {
  it('is the one that the setting names', async () => {
    const path = await fakeNode('v22.3.0');
    expect(await findNode(path)).toMatchObject({path, version: '22.3.0', isEditor: false});
  });

  it('is never another than the one that the setting names', async () => {
    await expect(findNode(await fakeNode('v18.19.0'))).rejects.toMatchObject({code: 'node-old'});
    await expect(findNode(await fakeNode('Python 3.12'))).rejects.toMatchObject({code: 'node-missing'});
    await expect(findNode('/nowhere/node')).rejects.toMatchObject({code: 'node-missing', where: '/nowhere/node'});
  });

  it('is the one on the path, if it is new enough; else the runtime of the editor', async () => {
    expect(await findNode(null, onPath(await fakeNode('v21.0.0')))).toMatchObject({version: '21.0.0', isEditor: false});
    const editor = await findNode(null, onPath(await fakeNode('v16.0.0')));
    expect(editor).toMatchObject({path: process.execPath, isEditor: true});
    expect(editor.environment.ELECTRON_RUN_AS_NODE).toBe('1');
  });

  it('gets the environment of the user, without what the editor has added for itself', () => {
    const environment = {
      HOME: '/h',
      VSCODE_PID: '1',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      NODE_ENV: 'x',
    };
    expect(cleanEnvironment(environment)).toEqual({HOME: '/h', NODE_ENV: 'x'});
  });
});
