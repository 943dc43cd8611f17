import {chmod, chown, lchown, mkdir, stat, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {cacheFolder} from '../../../../trainer/store/files/cacheFolder.ts';
import {asOtherUser} from '../../../helpers/machine/otherUser.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const isRoot = process.getuid?.() === 0;

afterEach(() => void vi.unstubAllEnvs());

describe('cacheFolder', () => {
  it('takes DEME_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
    const all = {DEME_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c'};
    expect(cacheFolder(all)).toEqual({path: '/a'});
    expect(cacheFolder({...all, DEME_CACHE: ''})).toEqual({path: '/b/deme-studio'});
    expect(cacheFolder({HOME: '/c'})).toEqual({path: '/c/.cache/deme-studio'});
  });

  it('takes the temporary folder where there is no home, and says so', () => {
    const {path, warning} = cacheFolder({HOME: ''});
    expect(path).toMatch(/deme-studio-\d+$/);
    expect(warning).toContain('DEME_CACHE');
  });

  it('makes the one in the temporary folder closed to others', async () => {
    vi.stubEnv('TMPDIR', await temporaryFolder());
    expect((await stat(cacheFolder({HOME: ''}).path)).mode & 0o777).toBe(0o700);
  });

  it.runIf(isRoot)('refuses a folder or link that another user has put in its place', async () => {
    for (const kind of ['folder', 'link']) {
      const temporary = await temporaryFolder();
      vi.stubEnv('TMPDIR', temporary);
      const path = join(temporary, 'deme-studio-0');
      if (kind === 'folder') await mkdir(path);
      else await symlink(await temporaryFolder(), path);
      if (kind === 'folder') await chown(path, 1001, 1001);
      else await lchown(path, 1001, 1001);
      expect(() => cacheFolder({HOME: ''}), kind).toThrow('The cache folder belongs to another user');
    }
  });

  it('refuses a folder that is closed to this user, and says what to do', async () => {
    const closed = join(await temporaryFolder(), 'cache');
    await mkdir(closed);
    await chmod(closed, 0);
    const found = asOtherUser(async () => cacheFolder({DEME_CACHE: closed}));
    await expect(found).rejects.toMatchObject({
      code: 'cache-not-yours',
      where: closed,
      hint: expect.stringContaining('DEME_CACHE') as string,
    });
    await chmod(closed, 0o700);
  });
});
