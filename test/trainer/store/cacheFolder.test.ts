import {describe, expect, it} from 'vitest';
import {cacheFolder} from '../../../trainer/store/cacheFolder.ts';

describe('cacheFolder', () => {
  it('follows DEME_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
    const HOME = '/home/a';
    expect(cacheFolder({HOME, XDG_CACHE_HOME: '/x', DEME_CACHE: '/d'})).toBe('/d');
    expect(cacheFolder({HOME, XDG_CACHE_HOME: '/x'})).toBe('/x/deme-studio');
    expect(cacheFolder({HOME})).toBe('/home/a/.cache/deme-studio');
  });
});
