import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

export const repository = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Bundles an entry below test/fuzz into the repository, where its packages are found; the path of the program. */
export async function buildWorker(entry: string, folder = join(repository, 'dist', 'fuzz')): Promise<string> {
  const outfile = join(folder, `${entry}.js`);
  await build({
    entryPoints: [join(repository, 'test', 'fuzz', `${entry}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
  return outfile;
}
