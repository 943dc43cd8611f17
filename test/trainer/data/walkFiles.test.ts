import {execFileSync} from 'node:child_process';
import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {dirname, join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {walkFiles} from '../../../trainer/data/walkFiles.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {processorTime} from '../../helpers/machine/processorTime.ts';

const never = (message: string): void => expect.unreachable(message);

async function write(folder: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), 'abc');
  }
}

async function walked(folder: string): Promise<{names: string[]; messages: string[]}> {
  const messages: string[] = [];
  const files = await walkFiles(folder, (message) => messages.push(message));
  return {names: files.map(({name}) => name), messages};
}

describe('walkFiles', () => {
  it('finds all files in the order of their code units, but no hidden ones', async () => {
    const folder = await temporaryFolder();
    await write(folder, 'b/1', 'a', 'B', 'b/0/z', 'b-', '.hidden', '.git/config', 'ä', 'b/.x');
    expect(await walked(folder)).toEqual({names: ['B', 'a', 'b-', 'b/0/z', 'b/1', 'ä'], messages: []});
    const [first] = await walkFiles(folder, never);
    expect(first).toMatchObject({path: join(folder, 'B'), size: 3});
    expect(Math.abs((first?.modified ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('takes a file for its only one', async () => {
    const folder = await temporaryFolder();
    await write(folder, 'a');
    await symlink('a', join(folder, 'link'));
    expect(await walkFiles(join(folder, 'link'), never)).toMatchObject([
      {path: join(folder, 'link'), name: '', size: 3},
    ]);
  });

  it('follows links to files and folders, and walks each folder once, under its own name', async () => {
    const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
    await write(elsewhere, 'x', 'sub/y');
    await write(folder, 'real/a');
    for (const [name, target] of Object.entries({
      linked: elsewhere,
      zweiter: elsewhere,
      aLink: 'real',
      'real/up': '..',
      self: '.',
      file: 'real/a',
    }))
      await symlink(target, join(folder, name));
    expect(await walked(folder)).toEqual({names: ['file', 'linked/sub/y', 'linked/x', 'real/a'], messages: []});
  });

  it('does not multiply folders that link to each other', async () => {
    const folder = await temporaryFolder();
    for (let level = 0; level < 30; level++) {
      await write(folder, `${level}/file`);
      for (const side of ['left', 'right']) await symlink(`../${level + 1}`, join(folder, `${level}`, side));
    }
    const {names} = await walked(join(folder, '0'));
    expect(names).toHaveLength(30);
  });

  it('leaves out what cannot be read, and says what and why', async () => {
    const folder = await temporaryFolder();
    await write(folder, 'a.png', 'z.png');
    for (const name of ['n1', 'n2', 'n3', 'n4.png']) await symlink('nowhere', join(folder, name));
    await symlink('nowhere', join(folder, '.#lock.png'));
    await symlink('loop', join(folder, 'loop'));
    execFileSync('mkfifo', [join(folder, 'pipe.png')]);
    const server = createServer().listen(join(folder, 'socket.png'));
    onTestFinished(() => void server.close());
    await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff), Buffer.from('.png')]), 'abc');
    const {names, messages} = await walked(folder);
    expect(names).toEqual(['a.png', 'z.png']);
    const places = (...left: string[]): string => left.map((name) => join(folder, name)).join(', ');
    expect(messages.sort()).toEqual([
      `Left out of the data: ${places('loop')} (a link that leads to itself).`,
      `Left out of the data: ${places('n1', 'n2', 'n3')} and 1 more (a link that leads nowhere).`,
      `Left out of the data: ${places('pipe.png', 'socket.png')} (neither a file nor a folder).`,
      `Left out of the data: ${places('\ufffd.png')} (its name is not UTF-8).`,
    ]);
  });

  // Nothing is closed to root.
  it.skipIf(process.getuid?.() === 0)('leaves out a folder that is closed', async () => {
    const folder = await temporaryFolder();
    await write(folder, 'a.png', 'lost+found/b.png');
    execFileSync('chmod', ['000', join(folder, 'lost+found')]);
    onTestFinished(() => void execFileSync('chmod', ['700', join(folder, 'lost+found')]));
    const {names, messages} = await walked(folder);
    expect(names).toEqual(['a.png']);
    expect(messages).toEqual([
      `Left out of the data: ${join(folder, 'lost+found')} (the folder cannot be read: EACCES).`,
    ]);
  });

  it('refuses a root that is not there', async () => {
    const folder = await temporaryFolder();
    await symlink('nowhere', join(folder, 'link'));
    for (const root of [join(folder, 'gone'), join(folder, 'link')]) {
      await expect(walkFiles(root, never)).rejects.toMatchObject({code: 'data-missing', where: root});
    }
  });

  it('lists 100,000 files in a few seconds', async () => {
    const folder = await temporaryFolder();
    const script = 'mkdir -p "$1/a" && cd "$1/a" && seq -f %06g.png 100000 | xargs touch';
    execFileSync('sh', ['-c', script, 'sh', folder]);
    let files: Awaited<ReturnType<typeof walkFiles>> = [];
    const milliseconds = await processorTime(async () => (files = await walkFiles(folder, never)));
    expect(files).toHaveLength(100_000);
    expect(files.at(-1)?.name).toBe('a/100000.png');
    // A second or two on an idle machine.
    expect(milliseconds).toBeLessThan(10_000);
  });
});
