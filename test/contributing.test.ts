import {existsSync, readFileSync} from 'node:fs';
import {expect, it} from 'vitest';

const root = new URL('../', import.meta.url);

/** Files and folders that a page names: in backticks as a path from the root of the project, and as targets of links. */
function namedPaths(page: string): string[] {
  const quoted = [...page.matchAll(/`((?:trainer|extension|webview|media|test)\/[^`\s]*)`/g)];
  const linked = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)];
  return [...quoted, ...linked].map(([, path = '']) => path);
}

it('names only files that exist', () => {
  const paths = namedPaths(readFileSync(new URL('CONTRIBUTING.md', root), 'utf8'));
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

it('finds the paths of a page', () => {
  expect(namedPaths('`trainer/a.ts`, `deme stop`, [b](media/b.md#c), [d](https://e.f) `test/`')).toEqual([
    'trainer/a.ts',
    'test/',
    'media/b.md',
  ]);
});
