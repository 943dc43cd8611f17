import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {EngineInfo} from '../../../contract/engine/engineInfo.ts';
import {UserError} from '../../../contract/errors.ts';
import type {FeatureNetworkName, FeatureNetworkRecord} from '../../../contract/model/featureNetwork.ts';
import type {EngineChoice} from '../../../contract/config/config.ts';
import {startEngine} from '../../../engine/startEngine.ts';
import type {ClipScore} from '../../../evaluate/clipScore.ts';
import type {FeatureNetwork} from '../../../evaluate/featureNetwork.ts';
import {featureNetworks} from '../../../evaluate/featureNetworks.ts';
import type {InceptionSettings} from '../../../evaluate/networks/inceptionNetwork.ts';
import {scoreCaptions} from '../../../evaluate/scoring/captionScore.ts';
import {writeFeaturesFile} from '../../../evaluate/scoring/featuresFile.ts';
import {measurePictures} from '../../../evaluate/scoring/measurePictures.ts';
import {originOf, requireSameFeatures} from '../../../evaluate/scoring/sameFeatures.ts';
import type {ScoredSet} from '../../../evaluate/scoring/scoredSet.ts';
import {scoreSet, type Scores, type ScoreSettings} from '../../../evaluate/scoring/scores.ts';
import {isStatisticsFile, writeStatistics} from '../../../evaluate/statisticsFile.ts';
import {networkFiles, type ChosenFiles} from './networkFiles.ts';
import {captionsOf} from './scoreCaptions.ts';
import {openSource, requireComparable, requireImages, type OpenSet, type ScoreSource} from './scoreSource.ts';

export interface ScoreRequest extends ScoreSettings, InceptionSettings {
  readonly images: string;
  readonly reference?: string;
  readonly features: readonly FeatureNetworkName[];
  /** Files in the order of `features`, or `NAME=FILE`. */
  readonly weights?: readonly string[];
  readonly config?: string;
  readonly tokenizer?: string;
  /** True: captions that lie with the images. */
  readonly captions?: string | true;
  readonly column?: string;
  readonly imageColumn: string;
  readonly saveFeatures?: string;
  readonly saveStatistics?: string;
  readonly engine?: EngineChoice;
}

export interface ScoreResult {
  readonly images: string;
  readonly reference: string | null;
  readonly scores: readonly (Scores & {
    /** Name of the network. */
    readonly features: string;
    readonly network: FeatureNetworkRecord | null;
    readonly images: number | null;
    readonly referenceImages: number | null;
    readonly clipScore?: ClipScore;
  })[];
  readonly warnings: readonly string[];
  readonly engine: EngineInfo;
}

export interface ScoreWatch {
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
  readonly onProgress: (done: number, total: number) => void;
}

/** Measures images and reference in one pass each, and scores them by every network. What does not belong together is refused before that. */
export async function scoreImages(request: ScoreRequest, watch: ScoreWatch): Promise<ScoreResult> {
  const bench = new Bench(request, await networkFiles(request), watch);
  try {
    const source = await bench.open('--images');
    const real = request.reference === undefined ? null : await bench.open('--reference');
    if (real !== null) for (const each of [source, real]) requireComparable(each);
    const captions = request.captions === undefined ? null : await captionsFor(request, request.captions, source);
    if (request.saveFeatures !== undefined && isStatisticsFile(source.path)) requireImages(source, 'Features to save');
    const engine = await startEngine({name: request.engine ?? 'auto'});
    if (real !== null) await bench.requireSame(source, real);
    const sets = await bench.measure(source);
    if (request.saveFeatures !== undefined) await writeFeaturesFile(request.saveFeatures, sets);
    if (request.saveStatistics !== undefined) await saveStatistics(request.saveStatistics, sets);
    const references = real && (await bench.measure(real));
    const warnings: string[] = [];
    const scores: ScoreResult['scores'][number][] = [];
    for (const [i, set] of sets.entries()) {
      const reference = references?.[i] ?? null;
      scores.push({
        features: request.features[i] ?? '',
        network: set.network,
        images: set.count,
        referenceImages: reference?.count ?? null,
        ...(await scoreSet(set, reference, request, warnings)),
        ...(captions && request.features[i] === 'clip' && (await bench.captionScores(set, captions))),
      });
    }
    const {images, reference = null} = request;
    return {images, reference, scores, warnings: [...new Set(warnings)], engine};
  } finally {
    await bench.close();
  }
}

/** Opens sources, and loads the networks when the first pictures are to be measured. */
class Bench {
  readonly #networks: FeatureNetwork[] = [];
  readonly #opened: OpenSet[] = [];
  #folder: string | null = null;

  constructor(
    private readonly request: ScoreRequest,
    private readonly files: ChosenFiles,
    private readonly watch: ScoreWatch,
  ) {}

  /** What an option of the request names. */
  async open(option: '--images' | '--reference'): Promise<ScoreSource> {
    const {images, reference = '', features, imageColumn, column} = this.request;
    const path = option === '--images' ? images : reference;
    const settings = {imageColumn, captionColumn: column, setting: option};
    const source = await openSource(path, features, settings, this.watch.onNote);
    this.#opened.push(...(source.sets ?? []));
    return source;
  }

  /** Throws a UserError where a source that holds features already cannot be compared with the other, before that is measured. */
  async requireSame(images: ScoreSource, reference: ScoreSource): Promise<void> {
    if (images.sets === null && reference.sets === null) return;
    const origins = async ({sets}: ScoreSource) =>
      sets?.map(originOf) ?? (await this.#load()).map(({record}) => ({network: record, dimension: record.dimension}));
    const [own, others] = [await origins(images), await origins(reference)];
    for (const [i, origin] of own.entries())
      requireSameFeatures(origin, {network: null, ...others[i], source: reference.path});
  }

  /** What each of the networks makes of the pictures of a source, or what it already holds. */
  async measure({path, images, sets}: ScoreSource): Promise<readonly OpenSet[]> {
    if (images === null) return sets;
    this.#folder ??= await mkdtemp(join(tmpdir(), 'deme-score-'));
    const folder = join(this.#folder, String(this.#opened.length));
    await mkdir(folder);
    const measured = await measurePictures(images, await this.#load(), {folder, source: path, ...this.watch});
    this.#opened.push(...measured);
    return measured;
  }

  /** Of images that CLIP has measured. */
  async captionScores({features}: ScoredSet, captions: readonly string[]): Promise<{clipScore?: ClipScore}> {
    const clip = this.files.get('clip');
    if (clip === undefined || features === null) return {};
    return {clipScore: await scoreCaptions(features, captions, clip, this.request.tokenizer)};
  }

  async #load(): Promise<readonly FeatureNetwork[]> {
    const networks = this.#networks;
    for (const name of this.request.features.slice(networks.length))
      networks.push(await featureNetworks[name].load(this.files.get(name), this.request));
    return networks;
  }

  async close(): Promise<void> {
    for (const set of this.#opened) await set.close();
    for (const network of this.#networks) network.dispose();
    if (this.#folder !== null) await rm(this.#folder, {recursive: true, force: true});
  }
}

/** One file for each network: `FILE.npz`, and with several `FILE.NAME.npz`. */
async function saveStatistics(path: string, sets: readonly ScoredSet[]): Promise<void> {
  for (const set of sets) {
    const {network, count} = set;
    const file = sets.length === 1 ? path : path.replace(/(\.npz)?$/, `.${network?.name}.npz`);
    await writeStatistics(file, {...set.statistics(), ...(network && {network}), ...(count !== null && {count})});
  }
}

/** A caption for each of the images. Throws UserErrors. */
async function captionsFor(
  {features, column}: ScoreRequest,
  given: string | true,
  source: ScoreSource,
): Promise<readonly string[]> {
  if (!features.includes('clip')) {
    throw new UserError('captions-unused', 'Captions are scored by CLIP, which is not among the networks.', {
      hint: 'Add clip to --features.',
    });
  }
  return captionsOf(given, requireImages(source, 'Captions'), column);
}
