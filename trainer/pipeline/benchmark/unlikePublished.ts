import {nullForUserError} from '../../contract/errors.ts';
import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import {cachedFeatureWeights, featureWeights} from '../../evaluate/featureWeights.ts';
import {knownHash} from '../../store/hashes/knownHash.ts';
import {weightedNetworks} from '../graph/evaluationInputs.ts';
import {resolutionOf, type BenchmarkConfig, type BenchmarkRequest} from './benchmarkConfig.ts';
import {listedTexts} from './benchmarkPrompts.ts';
import {benchmarks} from './benchmarks.ts';
import {publishedWeights} from './publishedResults.ts';

/** Why the numbers of a benchmark will compare with no published ones, besides its scale: a sentence for each reason. */
export async function unlikePublished(
  request: BenchmarkRequest,
  {config, side}: Pick<BenchmarkConfig, 'config' | 'side'>,
): Promise<string[]> {
  const reasons = [await listReason(request)];
  const own = resolutionOf(config);
  if (own !== side) {
    reasons.push(`The base makes images of ${own} x ${own}, and the published numbers are of ${side} x ${side}.`);
  }
  for (const network of weightedNetworks(config.evaluate)) reasons.push(await weightsReason(network));
  return reasons.filter((reason) => reason !== null);
}

/** A list of another length than the published numbers were measured with. One that cannot be read is a need. */
async function listReason({name, folder}: BenchmarkRequest): Promise<string | null> {
  const wanted = benchmarks[name].prompts?.count ?? 0;
  const texts = await listedTexts(name, folder).catch(nullForUserError);
  if (texts === null || texts.length === wanted) return null;
  return `The list of prompts has ${texts.length} texts, not the ${wanted} of the benchmark.`;
}

/** Weights of another network, or changed ones. Missing ones are a need. */
async function weightsReason(network: ReturnType<typeof weightedNetworks>[number]): Promise<string | null> {
  const wanted = publishedWeights[network];
  const cached = await cachedFeatureWeights(network);
  if (wanted === undefined || cached === null) return null;
  if (cached.row !== wanted) return `Published numbers by ${network} are of ${wanted}, and these are of ${cached.row}.`;
  if (await isPublished(cached)) return null;
  return `${cached.file} does not hold the published weights of ${wanted}: its SHA-256 is another.`;
}

/** Whether a file in the cache is the published one, as far as its hash is known. */
async function isPublished({row, file}: {row: string; file: string}): Promise<boolean> {
  const source = featureWeights.get(row)?.source;
  const begin = source && 'address' in source ? source.sha256 : undefined;
  return begin === undefined || (await knownHash(file)).startsWith(begin);
}

/** Which published weights a network was, by its name and the hash of the file; null: none of those in the cache. */
export async function publishedName({name, weights}: FeatureNetworkRecord): Promise<string | null> {
  for (const [row, {network}] of featureWeights) {
    const cached = network === name ? await cachedFeatureWeights(row) : null;
    if (cached === null || !(await isPublished(cached))) continue;
    if ((await knownHash(cached.file)) === weights.sha256) return row;
  }
  return null;
}
