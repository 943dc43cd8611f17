import {basename, dirname, join, resolve} from 'node:path';
import type {BenchmarkName, BenchmarkNeed} from '../../contract/benchmark/benchmarkPlan.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import {featureNames, referencePath} from '../../contract/config/evaluateConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {cifar10Files} from '../../data/cifar10.ts';
import {cachedFeatureWeights, featureFolder, featureWeights, weightsAddress} from '../../evaluate/featureWeights.ts';
import {cacheFolder} from '../../store/files/cacheFolder.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {resolveBase} from '../../store/hub/hubFetch.ts';
import {readModel} from '../../store/weights/readModel.ts';
import {weightedNetworks} from '../graph/evaluationInputs.ts';
import {requireReference, requireWeights} from '../owner/measuringProblems.ts';
import {startDoubts} from '../owner/startDoubts.ts';
import type {BenchmarkConfig} from './benchmarkConfig.ts';
import {listedTexts} from './benchmarkPrompts.ts';
import {benchmarks, type BenchmarkPrompts} from './benchmarks.ts';
import {publishedWeights} from './publishedResults.ts';

/** The data and weights that the config of a benchmark needs, each looked at where it must lie. */
export async function benchmarkNeeds(
  name: BenchmarkName,
  {file, config}: Pick<BenchmarkConfig, 'file' | 'config'>,
): Promise<BenchmarkNeed[]> {
  const folder = dirname(file);
  const base = await baseNeed(config, folder);
  const {prompts} = benchmarks[name];
  return [
    base,
    ...(await dataNeeds(name, config, {folder, hasBase: base.problem === null})),
    ...(prompts === undefined ? [] : [await promptsNeed(name, prompts, folder)]),
    ...(await referenceNeeds(name, config, folder)),
    ...(await Promise.all(weightedNetworks(config.evaluate).map((network) => weightsNeed(network, config, folder)))),
  ];
}

/** What is missing, in one error that lists it: which file, where from, where to put it. Null where nothing is. */
export function missingNeeds(name: BenchmarkName, needs: readonly BenchmarkNeed[]): UserError | null {
  const missing = needs.filter(({problem}) => problem !== null);
  if (missing.length === 0) return null;
  const lines = missing.map(
    ({what, where, from, problem}) => `- ${what}\n  where: ${where}\n  from:  ${from}\n  now:   ${problem}`,
  );
  const count = missing.length === 1 ? 'One thing is' : `${missing.length} things are`;
  const next = `Put them there and start \`deme benchmark ${name}\` again; --base and --data name other places.`;
  return new UserError('benchmark-incomplete', [`${count} missing for ${name}:`, ...lines, next].join('\n'));
}

async function baseNeed({base = ''}: DemeConfig, folder: string): Promise<BenchmarkNeed> {
  const isPath = (await fileExists(resolve(folder, base))) || !/^[\w.-]+\/[\w.-]+$/.test(base);
  return {
    kind: 'base',
    what: `base model ${base}`,
    where: isPath ? resolve(folder, base) : join(cacheFolder().path, 'models', base.replace('/', '--')),
    from: isPath ? 'a diffusers folder' : `\`deme fetch ${base}\``,
    problem: await problemOf(async () => void (await readModel(await resolveBase(base, folder))), 'base-missing'),
  };
}

async function dataNeeds(
  name: BenchmarkName,
  config: DemeConfig,
  {folder, hasBase}: {folder: string; hasBase: boolean},
): Promise<BenchmarkNeed[]> {
  const {data} = config;
  if (data === undefined) throw new Error(`the benchmark ${name} has no data`);
  const {what, from} = benchmarks[name].data;
  const where = data.path === undefined ? 'in the package' : resolve(folder, data.path);
  const need = (problem: string | null): BenchmarkNeed => ({kind: 'data', what, where, from, problem});
  if (data.kind === 'cifar10') {
    const missing = await missingOf(cifar10Files(where));
    if (missing.length > 0) return [need(`not there: ${missing.map((path) => basename(path)).join(', ')}`)];
  } else if (data.path !== undefined && !(await fileExists(where))) return [need('it is not there')];
  // Without a base it cannot be said whether captions are needed.
  const images = {...config, evaluate: undefined};
  const [doubt] = await startDoubts(hasBase ? images : {...images, base: undefined}, folder);
  return [need(doubt ?? null)];
}

async function missingOf(files: readonly string[]): Promise<string[]> {
  const there = await Promise.all(files.map(fileExists));
  return files.filter((_, i) => !there[i]);
}

async function referenceNeeds(name: BenchmarkName, {evaluate}: DemeConfig, folder: string): Promise<BenchmarkNeed[]> {
  const needs: BenchmarkNeed[] = [];
  for (const network of featureNames(evaluate?.features)) {
    const path = evaluate && referencePath(evaluate, network);
    if (!path) continue;
    const {what, from} = benchmarks[name].reference ?? {
      what: `what ${network} compares images with`,
      from: '--reference',
    };
    const where = resolve(folder, path);
    const problem = await problemOf(() => requireReference(where, network), 'reference-missing');
    needs.push({kind: 'reference', what, where, from, problem});
  }
  return needs;
}

async function promptsNeed(
  name: BenchmarkName,
  {what, from, file}: BenchmarkPrompts,
  folder: string,
): Promise<BenchmarkNeed> {
  const problem = await problemOf(async () => void (await listedTexts(name, folder)), 'file-missing');
  return {kind: 'prompts', what, where: join(folder, file), from, problem};
}

async function weightsNeed(
  network: Exclude<FeatureNetworkName, 'digits'>,
  config: DemeConfig,
  folder: string,
): Promise<BenchmarkNeed> {
  const name = (await cachedFeatureWeights(network))?.row ?? publishedWeights[network];
  const weights = name === undefined ? undefined : featureWeights.get(name);
  if (name === undefined || weights === undefined) throw new Error(`no weights are known for ${network}`);
  const {file, megabytes, licence} = weights;
  return {
    kind: 'weights',
    what: `feature weights ${name}: ${file}, ${megabytes} MB, licence ${licence}`,
    where: join(featureFolder(name), file),
    from: `\`deme fetch features ${name}\`, or ${weightsAddress(weights)}`,
    problem: await problemOf(() => requireWeights(network, config, folder), 'features-missing'),
  };
}

/** The line of a mistake of the user, short for one of the kind `absent`; null where there is none. */
async function problemOf(look: () => Promise<void>, absent: string): Promise<string | null> {
  try {
    await look();
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.code === absent ? 'it is not there' : error.line;
    throw error;
  }
}
