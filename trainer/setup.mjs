// Every npm script comes through here, because .npmrc switches install and pre/post scripts off:
// it installs what is missing, builds what is stale, then does the job. Node built-ins only, so that it runs in a bare checkout.
import {spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {constants} from 'node:os';
import {basename, dirname, join, parse} from 'node:path';
import {fileURLToPath} from 'node:url';
import {bundles, toolOptions} from './bundles.mjs';
import {writeNotices} from './notices.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist', 'cli.js');
const bin = {
  esbuild: 'node_modules/esbuild/bin/esbuild',
  tsc: 'node_modules/typescript/bin/tsc',
  eslint: 'node_modules/eslint/bin/eslint.js',
  prettier: 'node_modules/prettier/bin/prettier.cjs',
  vitest: 'node_modules/vitest/vitest.mjs',
  vsce: 'node_modules/@vscode/vsce/vsce',
};
const typecheck = ['Type check', bin.tsc, '-b'];
const lint = ['Lint', bin.eslint, '.', '--max-warnings', '0'];
const checkFormat = ['Format check', bin.prettier, '--check', '--log-level', 'warn', '.'];
const checks = [typecheck, lint, checkFormat];

const jobs = {
  build: () => 0,
  typecheck: () => steps([typecheck]),
  lint: () => steps([lint]),
  format: () => node([bin.prettier, '--write', '--log-level', 'warn', '.']),
  check: () => steps(checks),
  // The lint has one thread, which tests that wait for a process leave room for.
  test: (args) =>
    args.length > 0
      ? node([bin.vitest, 'run', ...args])
      : steps([typecheck, checkFormat], [lint, ['Tests', bin.vitest, 'run']]),
  // What `npm test` leaves out for its length, and all the rest with it.
  long: (args) => {
    process.env.DEME_LONG_TESTS = '1';
    return node([bin.vitest, 'run', ...args]);
  },
  stories: (args) => node([bin.vitest, 'run', '--project', 'stories', ...args]),
  demo: (args) => {
    const config = args.includes('--full') ? 'demo-full.deme.yaml' : 'demo.deme.yaml';
    return node([cli, 'run', join('media', 'digits', config), ...args.filter((arg) => arg !== '--full')]);
  },
  deme: (args) => node([cli, ...args], callerFolder()),
  package: () => makePackage(),
  open: async (args) => {
    const code = (await makePackage()) || (await tool(['open=test/vscode/open.ts'], join('dist', 'open')));
    return code || node([join('dist', 'open', 'open.js'), packageFile(), ...args]);
  },
  torture: testProgram('test/torture/torture.ts'),
  soak: testProgram('test/soak/soak.ts'),
  drawing: testProgram('test/soak/drawing.ts'),
  fuzz: testProgram('test/fuzz/fuzz.ts'),
  digits: testProgram('test/digits/makeDigitClassifier.ts'),
  // What a change is tested with on Slurm, and more: ten preemptions, a matrix, another user.
  slurm: (args) => {
    process.env.DEME_LONG_SLURM = '1';
    process.env.DEME_REQUIRE_SLURM = '1';
    return node([bin.vitest, 'run', join('test', 'slurm'), ...args]);
  },
  'bench-panel': (args) => panelBench('panel', 'test/bench/panel/panel.ts', args),
  'bench-runs': () => panelBench('runs', 'test/bench/runs/runs.ts'),
  'bench-preview': () => panelBench('preview', 'test/bench/preview.ts'),
  'bench-start': () => {
    process.env.DEME_BENCH_START = '1';
    return node([bin.vitest, 'run', '--project', 'stories', join('test', 'vscode', 'start.test.ts')]);
  },
  'bench-merge': async (args) => {
    const entries = ['mergeBench', 'mergeWorker'].map((name) => `${name}=test/bench/merge/${name}.ts`);
    const code = await tool(entries, join('dist', 'bench'));
    return code || node([join('dist', 'bench', 'mergeBench.js'), ...args]);
  },
  bench: async (args) => {
    if (args[0] in ownBenches) return ownBench(ownBenches[args[0]], args.slice(1));
    const entries = ['bench', 'worker', 'makeModel'].map((name) => `${name}=test/bench/${name}.ts`);
    const code = await tool(entries, join('dist', 'bench'));
    return code || node([join('dist', 'bench', 'bench.js'), ...args]);
  },
};
/** Benches that are no case of `npm run bench`; the first entry is the program. */
const ownBenches = {
  search: {folder: '', entries: ['search'], isOnTheBuild: true},
  // The verbs are measured as they are built.
  'sd-pipeline': {folder: 'pipeline/', entries: ['pipelineBench', 'reportUsage'], isOnTheBuild: true},
  features: {folder: 'features/', entries: ['featuresBench', 'featuresWorker']},
  slurm: {folder: 'slurm/', entries: ['slurmBench'], isOnTheBuild: true},
  prefetch: {folder: 'prefetch/', entries: ['prefetchBench'], isOnTheBuild: true},
  eta: {folder: 'eta/', entries: ['etaBench', 'recordRun']},
};
const jobsOnTheBuild = [
  'build',
  'test',
  'stories',
  'long',
  'torture',
  'soak',
  'drawing',
  'slurm',
  'demo',
  'deme',
  'package',
  'open',
  'bench-merge',
  'bench-preview',
  'bench-runs',
  'bench-start',
];

process.exitCode = await main(process.argv[2], process.argv.slice(3));

async function main(name, args) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    return fail(`DeMe Studio needs Node 20 or newer; this is ${process.version}. See https://nodejs.org.`);
  }
  const job = Object.hasOwn(jobs, name ?? '') ? jobs[name] : undefined;
  if (job === undefined) return fail(`usage: node trainer/setup.mjs ${Object.keys(jobs).join('|')} [arguments]`);
  return (await install()) || (jobsOnTheBuild.includes(name) && (await build())) || job(args);
}

/** The searches train their experts by the command line, which must be built. */
async function ownBench({folder, entries, isOnTheBuild}, args) {
  const sources = entries.map((name) => `${name}=test/bench/${folder}${name}.ts`);
  const code = (isOnTheBuild && (await build())) || (await tool(sources, join('dist', 'bench')));
  return code || node([join('dist', 'bench', `${entries[0]}.js`), ...args]);
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

/** Makes the bundles in dist/ that are older than a source of theirs. */
async function build() {
  const stale = bundles.filter(isStale);
  if (stale.length === 0) return 0;
  heading('Building');
  for (const {name, entries, options} of stale) {
    const code = await esbuild(entries, 'dist', [...options, `--metafile=${metafile(name)}`]);
    if (code !== 0) return code;
    if (options.includes('--splitting')) removeOldChunks(name);
  }
  return 0;
}

function isStale({name, sources, outputs}) {
  const built = [...outputs.map((output) => join('dist', output)), metafile(name)];
  const files = sources.flatMap((folder) => [folder, ...filesBelow(folder)]);
  return timeOf(Math.min, built) <= timeOf(Math.max, [...files, 'package-lock.json', 'trainer/bundles.mjs']);
}

/** Bundles a program that only runs here. */
function tool(entries, folder, options = []) {
  return esbuild(entries, folder, [...toolOptions, ...options]);
}

/** Builds a program beside the tests, and runs it. */
function testProgram(source) {
  const {name, dir} = parse(source);
  const folder = join('dist', basename(dir));
  return async (args) => (await tool([`${name}=${source}`], folder)) || node([join(folder, `${name}.js`), ...args]);
}

/** Measures the panel in a browser, with the host side that it has in an editor. */
async function panelBench(name, source, args = []) {
  const alias = '--alias:vscode=./test/helpers/editor/fakeVscode.ts';
  const code = await tool([`${name}=${source}`], join('dist', 'bench'), [alias]);
  return code || node([join('dist', 'bench', `${name}.js`), ...args]);
}

function esbuild(entries, folder, options) {
  const all = ['--bundle', '--sourcemap', `--outdir=${folder}`, '--log-level=warning', ...options];
  return node([bin.esbuild, ...entries, ...all]);
}

/** The names of chunks change with their content. */
function removeOldChunks(name) {
  const {outputs} = JSON.parse(readFileSync(join(root, metafile(name)), 'utf8'));
  const isOld = (file) => !Object.hasOwn(outputs, file.replaceAll('\\', '/'));
  for (const file of filesBelow(join('dist', 'chunks')).filter(isOld)) rmSync(join(root, file));
}

/** Where esbuild says what is in a bundle. */
function metafile(name) {
  return join('dist', 'meta', `${name}.json`);
}

/** The installable extension, from the files that .vscodeignore allows, unless it is newer than all of them. */
async function makePackage() {
  const file = packageFile();
  const built = bundles.flatMap(({outputs}) => outputs).map((name) => join('dist', name));
  const texts = ['package.json', 'package-lock.json', '.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE'];
  if (timeOf(Math.min, [file]) > timeOf(Math.max, [...built, ...filesBelow('media'), ...texts])) return 0;
  heading('Packaging');
  writeNotices(
    root,
    bundles.map(({name}) => metafile(name)),
    join('dist', 'THIRD-PARTY-NOTICES.txt'),
  );
  return node([bin.vsce, 'package', '--out', file, '--allow-missing-repository', '--no-rewrite-relative-links']);
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), {recursive: true}).map((name) => join(folder, name));
}

/** Oldest (`Math.min`) or newest time of these files. */
function timeOf(choose, files) {
  return choose(...files.map((file) => changed(join(root, file))));
}

function packageFile() {
  const {name, version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return join('dist', `${name}-${version}.vsix`);
}

/** Time of the last change in milliseconds; 0 for a file that is not there. */
function changed(path) {
  return statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0;
}

/**
 * Runs all steps, so that one call shows everything that is wrong. A step is some commands that run side by side: each of the checks keeps one
 * core busy.
 */
async function steps(...list) {
  const failed = [];
  for (const commands of list) {
    heading(commands.map(([title]) => title).join(', '));
    const codes = await Promise.all(commands.map(([, ...command]) => node(command)));
    const ended = codes.find((code) => code > 128);
    if (ended !== undefined) return ended; // by a signal: the user wants out, not the next step
    failed.push(...commands.filter((_, i) => codes[i] !== 0).map(([title]) => title));
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
