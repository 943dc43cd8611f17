import {execFileSync} from 'node:child_process';
import {constants} from 'node:fs';
import {mkdir, open, readFile, symlink, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {linkOrCopy} from '../../../../trainer/store/files/linkFiles.ts';
import {namesIn} from '../../../../trainer/store/files/namesIn.ts';
import {openPositioned} from '../../../../trainer/store/files/positionedFile.ts';
import {
  appendNow,
  endOfFile,
  firstBytes,
  openRegular,
  openRegularNow,
  readRegularFile,
} from '../../../../trainer/store/files/regularFile.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** Makes what is no plain file under a path. */
const odd: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'a pipe': async (path) => void execFileSync('mkfifo', [path]),
  'a link to a pipe': async (path) => {
    execFileSync('mkfifo', [`${path}.pipe`]);
    await symlink(`${path}.pipe`, path);
  },
  'a socket': async (path) => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(path, resolve));
  },
  'an endless device': (path) => symlink('/dev/zero', path),
  'a folder': async (path) => void (await mkdir(path)),
};

const {O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY} = constants;

describe.each(Object.entries(odd))('%s', (_, make) => {
  it.each<[string, (path: string) => unknown]>([
    ['opened', (path) => openRegular(path)],
    ['read', (path) => readRegularFile(path, 100)],
    ['read by position', (path) => openPositioned(path)],
    ['hashed', (path) => hashFile(path)],
    ['taken along', (path) => linkOrCopy(path, `${path}.copy`)],
  ])('is never %s', async (_, use) => {
    const path = join(await temporaryFolder(), 'odd');
    await make(path);
    await expect(use(path)).rejects.toMatchObject({name: 'UserError', code: 'file-odd', where: path});
  });

  it.each([O_RDONLY, O_WRONLY | O_APPEND | O_CREAT, O_RDWR | O_CREAT])(
    'is never opened at once, flags %o',
    async (flags) => {
      const path = join(await temporaryFolder(), 'odd');
      await make(path);
      expect(() => openRegularNow(path, flags)).toThrow(/not a plain file|EISDIR/);
      expect(endOfFile(path, 10)).toBe('');
      expect(await firstBytes(path, 10)).toBeNull();
    },
  );
});

describe('what the system refuses', () => {
  it('is told as such for links that lead in a circle', async () => {
    const loop = join(await temporaryFolder(), 'loop');
    await symlink('loop', loop);
    const refused = {
      name: 'UserError',
      code: 'file-unreadable',
      message: 'Cannot read this: its links lead in a circle (ELOOP).',
    };
    await expect(fileExists(loop)).rejects.toMatchObject({...refused, where: loop});
    await expect(fileExists(join(loop, 'inside'))).rejects.toMatchObject(refused);
    await expect(namesIn(loop)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: 'Cannot read the folder: its links lead in a circle (ELOOP).',
    });
    await expect(readRegularFile(loop, 10, 'the record')).rejects.toMatchObject({
      message: 'Cannot read the record: its links lead in a circle (ELOOP).',
    });
  });

  it('is nothing for links that lead nowhere, and for files where folders are expected', async () => {
    const folder = await temporaryFolder();
    await symlink('gone', join(folder, 'link'));
    await writeFile(join(folder, 'file'), '');
    expect(await fileExists(join(folder, 'link'))).toBe(false);
    expect(await fileExists(join(folder, 'file', 'inside'))).toBe(false);
    await expect(namesIn(join(folder, 'file'))).rejects.toMatchObject({name: 'UserError', code: 'file-missing'});
    expect(await namesIn(join(folder, 'none'))).toEqual([]);
  });
});

describe('a file on a network disk', () => {
  it('is read once more where it was replaced in the meantime', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, 'new');
    const refusals = await staleReads(1);
    expect((await readRegularFile(path, 10)).toString()).toBe('new');
    expect(refusals).toHaveBeenCalledTimes(2);
  });

  it('is told as unreadable where that goes on', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, 'new');
    await staleReads(9);
    await expect(readRegularFile(path, 10)).rejects.toMatchObject({
      name: 'UserError',
      code: 'file-unreadable',
      message: 'Cannot read the file: it was replaced on the network disk in the meantime (ESTALE).',
    });
  });
});

describe('appending', () => {
  it('makes the file, and adds to it', async () => {
    const path = join(await temporaryFolder(), 'log');
    appendNow(path, Buffer.from('one\n'));
    appendNow(path, Buffer.from('two\n'));
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect(endOfFile(path, 4)).toBe('two\n');
    expect(endOfFile(path, 400)).toBe('one\ntwo\n');
  });
});

/** Has the next reads of open files fail as those of a file that another machine has replaced. */
async function staleReads(count: number) {
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const stale = Object.assign(new Error('ESTALE: stale file handle, read'), {code: 'ESTALE', syscall: 'read'});
  const spy = vi.spyOn(prototype, 'read');
  for (let i = 0; i < count; i++) spy.mockRejectedValueOnce(stale);
  onTestFinished(() => spy.mockRestore());
  return spy;
}
