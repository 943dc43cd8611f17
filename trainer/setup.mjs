// Every npm script comes through here, because .npmrc switches install and pre/post scripts off:
// it installs what is missing, builds what is stale, then does the job. Node built-ins only, so that it runs in a bare checkout.
import {spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {constants} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist', 'cli.js');
const bin = {
  esbuild: 'node_modules/esbuild/bin/esbuild',
  tsc: 'node_modules/typescript/bin/tsc',
  eslint: 'node_modules/eslint/bin/eslint.js',
  prettier: 'node_modules/prettier/bin/prettier.cjs',
  vitest: 'node_modules/vitest/vitest.mjs',
};
const typecheck = ['Type check', bin.tsc, '-b'];
const lint = ['Lint', bin.eslint, '.', '--max-warnings', '0'];
const checkFormat = ['Format check', bin.prettier, '--check', '--log-level', 'warn', '.'];

const jobs = {
  build: () => 0,
  typecheck: () => steps(typecheck),
  lint: () => steps(lint),
  format: () => node([bin.prettier, '--write', '--log-level', 'warn', '.']),
  check: () => steps(typecheck, lint, checkFormat),
  test: (args) =>
    args.length > 0
      ? node([bin.vitest, 'run', ...args])
      : steps(typecheck, lint, checkFormat, ['Tests', bin.vitest, 'run']),
  demo: (args) => {
    const config = args.includes('--full') ? 'demo-full.deme.yaml' : 'demo.deme.yaml';
    return node([cli, 'run', join('media', 'digits', config), ...args.filter((arg) => arg !== '--full')]);
  },
  deme: (args) => node([cli, ...args], callerFolder()),
  bench: async (args) => {
    const entries = ['bench', 'worker', 'makeModel'].map((name) => `${name}=test/bench/${name}.ts`);
    return (await bundle(entries, join('dist', 'bench'))) || node([join('dist', 'bench', 'bench.js'), ...args]);
  },
};
const jobsOnTheBuild = ['build', 'test', 'demo', 'deme'];

process.exitCode = await main(process.argv[2], process.argv.slice(3));

async function main(name, args) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    return fail(`DeMe Studio needs Node 20 or newer; this is ${process.version}. See https://nodejs.org.`);
  }
  const job = Object.hasOwn(jobs, name ?? '') ? jobs[name] : undefined;
  if (job === undefined) return fail(`usage: node trainer/setup.mjs ${Object.keys(jobs).join('|')} [arguments]`);
  return (await install()) || (jobsOnTheBuild.includes(name) && (await build())) || job(args);
}

/** Installs the dependencies unless those in node_modules are the ones of the lock file. */
async function install() {
  if (isInstalled()) return 0;
  heading('Installing the dependencies');
  const npm = npmCommand();
  const code = await run(npm.command, [...npm.args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], npm.options);
  if (code === 0) return 0;
  return fail('npm ci failed, see above. Check the network, the npm registry and the proxy settings, then try again.');
}

/** npm keeps a copy of the lock in node_modules. Packages for other platforms are optional and may be absent. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' || (installed[path]?.version ?? (wanted.optional && wanted.version)) === wanted.version,
  );
}

function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** The npm that started this script, or the one on the path; on Windows that is a batch file, which needs a shell. */
function npmCommand() {
  const path = process.env.npm_execpath ?? '';
  if (basename(path) === 'npm-cli.js') return {command: process.execPath, args: [path], options: {}};
  return {command: 'npm', args: [], options: {shell: process.platform === 'win32'}};
}

/** Bundles the command line and the trainer process into dist/ when a source is newer. */
async function build() {
  const outputs = ['cli.js', 'trainer.js'].map((file) => changed(join(root, 'dist', file)));
  const sources = readdirSync(join(root, 'trainer'), {recursive: true}).map((file) => join(root, 'trainer', file));
  if (Math.min(...outputs) > Math.max(...[...sources, join(root, 'package-lock.json')].map(changed))) return 0;
  heading('Building');
  return bundle(['cli=trainer/cli.ts', 'trainer=trainer/main.ts', '--banner:js=#!/usr/bin/env node'], 'dist');
}

/** Shared code goes into chunks, so that a verb loads no engine that it does not use; their names change, so the old ones go first. */
function bundle(entries, folder) {
  const built = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
  for (const file of built.filter((name) => /\.js(\.map)?$/.test(name))) rmSync(join(root, folder, file));
  const options = '--bundle --splitting --packages=external --platform=node --format=esm --target=node20 --sourcemap';
  return node([bin.esbuild, ...entries, `--outdir=${folder}`, ...options.split(' '), '--log-level=warning']);
}

/** Time of the last change in milliseconds; 0 for a file that is not there. */
function changed(path) {
  return statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0;
}

/** Runs all steps, so that one call shows everything that is wrong. */
async function steps(...list) {
  const failed = [];
  for (const [title, ...command] of list) {
    heading(title);
    const code = await node(command);
    if (code > 128) return code; // ended by a signal: the user wants out, not the next step
    if (code !== 0) failed.push(title);
  }
  if (failed.length === 0) return 0;
  return fail(`\nFailed: ${failed.join(', ')}`);
}

/** npm runs scripts in the package folder and tells in INIT_CWD where the user stood. */
function callerFolder() {
  return process.cwd() === root ? (process.env.INIT_CWD ?? root) : process.cwd();
}

function node(args, cwd = root) {
  return run(process.execPath, args, {cwd});
}

/** Exit code of a child that shares our terminal; 128 + number when a signal ended it, as in a shell. */
function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {cwd: root, stdio: 'inherit', ...options});
    // Ctrl-C in a terminal reaches the whole group, so the child has it already: wait for its own end. Else pass it on.
    const forward = (signal) => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    child.on('error', (error) => resolve(fail(`${command} did not start: ${error.message}`)));
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

function heading(title) {
  console.error(`\n=== ${title}`);
}

function fail(message) {
  console.error(message);
  return 1;
}
