import {describe, expect, it} from 'vitest';
import {cacheFolder} from '../../../../trainer/store/files/cacheFolder.ts';

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
});
