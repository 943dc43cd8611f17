import {resolve} from 'node:path';
import type {Command} from 'commander';
import {UserError} from '../../contract/errors.ts';
import {emojiLicence, emojiPackage, fetchEmoji} from '../../data/emoji/fetchEmoji.ts';
import {cachedFeatureWeights, featureWeights} from '../../evaluate/featureWeights.ts';
import {fetchFeatures, planFeatures} from '../../evaluate/fetchFeatures.ts';
import {byteText} from '../../store/files/freeSpace.ts';
import {fetchModel, planFetch} from '../../store/hub/hubFetch.ts';
import {planOf, type FetchListener, type FetchPlan} from '../../store/hub/remoteFiles.ts';
import {action} from '../action.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {warn} from '../terminal.ts';
import {verbProgress} from '../view/verbProgress.ts';

interface FetchOptions extends OutputOptions {
  endpoint?: string;
  revision?: string;
  variant?: string;
  address?: string;
  to?: string;
  dryRun?: boolean;
}

export function addFetchVerb(deme: Command): void {
  const command = deme
    .command('fetch <model> [network]')
    .usage('[options] <owner/name | features [network] | emoji>')
    .description(
      'fetch a model from a hub into the cache: all components of a pipeline, in one variant; or the weights of a network whose features measure images; or pictures to train on',
    )
    .addHelpText(
      'after',
      '\n`deme fetch features` lists the networks. `deme fetch emoji` makes a folder of 3,786 pictures with captions.',
    )
    .option('--endpoint <address>', 'hub (https://huggingface.co)')
    .option('--revision <name>', 'branch, tag or commit (main)')
    .option('--variant <name>', 'variant of the weights, as fp16 (the plain ones, else the only variant)')
    .option('--address <url>', 'another address of the same file, for what comes from no hub')
    .option('--to <folder>', 'where the pictures go (emoji)')
    .option('--dry-run', 'only say which files would be fetched, their sizes and the licence');
  action(command, fetchVerb);
}

async function fetchVerb(model: string, network: string | undefined, options: FetchOptions): Promise<ExitCode> {
  if (model === 'features') {
    refuseOptions(options, ['variant', 'to'], 'these weights have one form, and go into the cache');
    return network === undefined ? listFeatures(options) : featuresVerb(network, options);
  }
  if (network !== undefined) {
    throw new UserError('option-unused', `Only features have another name behind them, not ${model}.`, {
      hint: 'Networks that measure images are fetched by `deme fetch features NAME`.',
    });
  }
  if (model === 'emoji') {
    refuseOptions(options, ['endpoint', 'revision', 'variant'], 'they come from the registry of npm');
    return emojiVerb(options);
  }
  refuseOptions(options, ['address', 'to'], 'a model comes from a hub, and goes into the cache');
  return modelVerb(model, options);
}

/** Throws a UserError for options that would change nothing. */
function refuseOptions(options: FetchOptions, names: readonly (keyof FetchOptions)[], reason: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UserError('option-unused', `--${given} is of no use here: ${reason}.`);
}

async function emojiVerb(options: FetchOptions): Promise<ExitCode> {
  const {address: url = emojiPackage.url, to: folder = 'emoji'} = options;
  const source = {...emojiPackage, url};
  const plan = planOf([source], emojiLicence);
  if (options.dryRun) {
    printResult(options, plan, planLines('emoji', plan));
    return 0;
  }
  const images = await followed('emoji', options, ({onPlan, onProgress}) => {
    onPlan(plan);
    return fetchEmoji(folder, {source, onProgress});
  });
  const path = resolve(folder);
  printResult(options, {folder: path, images}, [`${images} pictures with captions are in ${path}`]);
  return 0;
}

async function modelVerb(repository: string, options: FetchOptions): Promise<ExitCode> {
  const {endpoint, revision = 'main', variant} = options;
  if (options.dryRun) {
    const plan = await planFetch(repository, {endpoint, revision, variant});
    printResult(options, {repository, revision, ...plan}, planLines(repository, plan));
    return 0;
  }
  const folder = await followed(repository, options, (told) =>
    fetchModel(repository, {endpoint, revision, variant, ...told}),
  );
  printResult(options, {repository, revision, folder}, [`${repository} (${revision}) is in ${folder}`]);
  return 0;
}

async function featuresVerb(network: string, options: FetchOptions): Promise<ExitCode> {
  const {endpoint, revision, address} = options;
  if (options.dryRun) {
    const plan = await planFeatures(network, {endpoint, revision, address});
    printResult(options, {network, ...plan}, planLines(network, plan));
    return 0;
  }
  const file = await followed(network, options, (told) =>
    fetchFeatures(network, {endpoint, revision, address, ...told}),
  );
  printResult(options, {network, file}, [`${network} is in ${file}`]);
  return 0;
}

async function listFeatures(options: FetchOptions): Promise<ExitCode> {
  const rows = [];
  for (const [name, {network, file, megabytes, licence}] of featureWeights) {
    rows.push({name, network, file, megabytes, licence, cached: (await cachedFeatureWeights(name))?.file ?? null});
  }
  const lines = rows.map(({name, megabytes, licence, cached}) =>
    [name.padEnd(14), `${megabytes} MB`.padStart(8), licence.padEnd(10), cached ?? 'not fetched'].join('  '),
  );
  printResult(options, {networks: rows}, lines);
  return 0;
}

async function followed<T>(
  what: string,
  options: OutputOptions,
  fetch: (told: Required<FetchListener>) => Promise<T>,
): Promise<T> {
  const progress = verbProgress(options, `fetching ${what}`);
  return fetch({
    onPlan: (plan) => {
      if (!options.json) warn(summary(what, plan));
    },
    onProgress: ({done, total}) => progress.show(done, total),
  }).finally(() => progress.end());
}

function planLines(what: string, plan: FetchPlan): string[] {
  return [...plan.files.map(({name, size}) => `${byteText(size).padStart(9)}  ${name}`), summary(what, plan)];
}

function summary(what: string, {files, total, licence}: FetchPlan): string {
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  return `${what}: ${count}, ${byteText(total)}, ${licence === null ? 'no licence stated' : `licence ${licence}`}`;
}
