import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {format, resolveConfig} from 'prettier';
import {expect, it} from 'vitest';
import {schemaFile, settingsPage} from '../trainer/contract/config/configDocs.ts';
import {glossaryPage} from '../trainer/contract/glossary/glossaryPage.ts';

const generated: [string, () => string][] = [
  ['media/deme.schema.json', schemaFile],
  ['media/docs/config.md', settingsPage],
  ['media/docs/glossary.md', glossaryPage],
];

/** Files made from the config schema and the glossary. One that differs is written anew, so that a second run passes and the change shows in the diff. */
it.each(generated)('%s is what its source makes it', async (file, make) => {
  const url = new URL(`../${file}`, import.meta.url);
  const wanted = await format(make(), {...(await resolveConfig(url)), filepath: file});
  const found = existsSync(url) ? readFileSync(url, 'utf8') : '';
  if (found !== wanted) writeFileSync(url, wanted);
  expect(found === wanted, `${file} was out of date and has been written anew; look at the change and commit it`).toBe(
    true,
  );
});

/** Folders of sources and their entries, by the file that they are compiled to. */
const kernels: [string, string, string[]][] = [
  ['merge.wasm', 'merge', ['combine.ts', 'convert.ts', 'heap.ts', 'measure.ts', 'select.ts']],
  ['covariance.wasm', 'evaluate', ['heap.ts', 'products.ts', 'tridiagonal.ts']],
];

/** The kernels, which are loaded as they lie there: compiled anew, and written where they differ. */
it.each(kernels)('media/kernels/%s is what its source makes it', async (file, part, entries) => {
  const url = new URL(`../media/kernels/${file}`, import.meta.url);
  const found = existsSync(url) ? readFileSync(url) : Buffer.alloc(0);
  const wanted = await compileKernels(part, entries);
  if (!wanted.equals(found)) writeFileSync(url, wanted);
  expect(wanted.equals(found), 'the kernels were out of date and have been compiled anew; commit them').toBe(true);
});

/** What is used of the compiler. Its own declarations would change those of the language for all tests. */
interface Compiler {
  main(
    options: readonly string[],
    files: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: Uint8Array | string): void;
      listFiles(folder: string): string[];
    },
  ): Promise<{error: Error | null; stderr: {toString(): string}}>;
}

const compilerName: string = 'assemblyscript/asc';

async function compileKernels(part: string, entries: readonly string[]): Promise<Buffer> {
  const {default: asc} = (await import(compilerName)) as {default: Compiler};
  const options = ['--enable', 'simd', '--runtime', 'stub', '--importMemory', '--noExportMemory', '-O3', '--converge'];
  const source = fileURLToPath(new URL(`../trainer/${part}/kernel/assembly`, import.meta.url));
  const files = new Map<string, Uint8Array>();
  const {error, stderr} = await asc.main([...entries, '--outFile', 'kernels.wasm', '--noAssert', ...options], {
    readFile: (name) => readText(join(source, name)),
    writeFile: (name, contents) => void files.set(name, Buffer.from(contents)),
    listFiles: () => [],
  });
  const compiled = files.get('kernels.wasm');
  if (error !== null || compiled === undefined) throw new Error(String(stderr));
  return Buffer.from(compiled);
}

function readText(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
