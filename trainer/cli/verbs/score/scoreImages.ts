import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {EngineInfo} from '../../../contract/engine/engineInfo.ts';
import {UserError} from '../../../contract/errors.ts';
import type {FeatureNetworkName, FeatureNetworkRecord} from '../../../contract/model/featureNetwork.ts';
import type {EncodedImages} from '../../../data/encodedSource.ts';
import {openPictureFiles} from '../../../data/pictureFiles.ts';
import type {EngineChoice} from '../../../contract/config/config.ts';
import {startEngine} from '../../../engine/startEngine.ts';
import type {ClipScore} from '../../../evaluate/clipScore.ts';
import type {FeatureNetwork} from '../../../evaluate/featureNetwork.ts';
import {featureNetworks} from '../../../evaluate/featureNetworks.ts';
import type {InceptionSettings} from '../../../evaluate/networks/inceptionNetwork.ts';
import {scoreCaptions} from '../../../evaluate/scoring/captionScore.ts';
import {openFeaturesFile, writeFeaturesFile} from '../../../evaluate/scoring/featuresFile.ts';
import {measurePictures} from '../../../evaluate/scoring/measurePictures.ts';
import type {ScoredSet} from '../../../evaluate/scoring/scoredSet.ts';
import {scoreSet, type Scores, type ScoreSettings} from '../../../evaluate/scoring/scores.ts';
import {isStatisticsFile, readStatistics, writeStatistics} from '../../../evaluate/statisticsFile.ts';
import {networkFiles, type ChosenFiles} from './networkFiles.ts';
import {captionsOf} from './scoreCaptions.ts';

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

type OpenSet = ScoredSet & {close(): Promise<void>};

/** Measures images and reference in one pass each, and scores them by every network. */
export async function scoreImages(request: ScoreRequest, watch: ScoreWatch): Promise<ScoreResult> {
  const files = await networkFiles(request);
  const captioned = request.captions === undefined ? null : await openCaptioned(request, request.captions, watch);
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const folder = await mkdtemp(join(tmpdir(), 'deme-score-'));
  const bench = new Bench(request, files, watch, folder);
  try {
    const sets = await bench.open(request.images, captioned?.images);
    if (request.saveFeatures !== undefined) await writeFeaturesFile(request.saveFeatures, sets);
    if (request.saveStatistics !== undefined) await saveStatistics(request.saveStatistics, sets);
    const references = request.reference === undefined ? null : await bench.open(request.reference);
    const warnings: string[] = [];
    const scores: ScoreResult['scores'][number][] = [];
    for (const [i, set] of sets.entries()) {
      const name = request.features[i] ?? '';
      const reference = references?.[i] ?? null;
      const clip = name === 'clip' && captioned !== null ? files.get('clip') : undefined;
      scores.push({
        features: name,
        network: set.network,
        images: set.count,
        referenceImages: reference?.count ?? null,
        ...(await scoreSet(set, reference, request, warnings)),
        ...(clip &&
          captioned &&
          set.features && {clipScore: await scoreCaptions(set.features, captioned.captions, clip, request.tokenizer)}),
      });
    }
    const {images, reference = null} = request;
    return {images, reference, scores, warnings: [...new Set(warnings)], engine};
  } finally {
    await bench.close();
    await rm(folder, {recursive: true, force: true});
  }
}

/** Opens sets, and loads the networks when the first pictures are to be measured. */
class Bench {
  readonly #networks: FeatureNetwork[] = [];
  readonly #opened: OpenSet[] = [];

  constructor(
    private readonly request: ScoreRequest,
    private readonly files: ChosenFiles,
    private readonly watch: ScoreWatch,
    private readonly folder: string,
  ) {}

  /** What each of the networks makes of the pictures at a path (`opened`, if they are), or what a file already holds of it. */
  async open(path: string, opened?: EncodedImages): Promise<OpenSet[]> {
    const sets = await this.#open(path, opened);
    this.#opened.push(...sets);
    return sets;
  }

  async #open(source: string, opened?: EncodedImages): Promise<OpenSet[]> {
    const {features: names, imageColumn} = this.request;
    if (isStatisticsFile(source)) return Promise.all(names.map(() => openStatistics(source)));
    if (source.endsWith('.safetensors')) return Promise.all(names.map((name) => openFeaturesFile(source, name)));
    const images = opened ?? (await openPictureFiles(source, {imageColumn}, this.watch.onNote));
    const folder = join(this.folder, String(this.#opened.length));
    await mkdir(folder);
    return measurePictures(images, await this.#load(), {folder, source, ...this.watch});
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
  }
}

async function openStatistics(source: string): Promise<OpenSet> {
  const {network = null, count = null, ...gaussian} = await readStatistics(source);
  return {
    source,
    network,
    count,
    features: null,
    logits: null,
    statistics: () => gaussian,
    close: () => Promise.resolve(),
  };
}

/** One file for each network: `FILE.npz`, and with several `FILE.NAME.npz`. */
async function saveStatistics(path: string, sets: readonly ScoredSet[]): Promise<void> {
  for (const set of sets) {
    const {network, count} = set;
    const file = sets.length === 1 ? path : path.replace(/(\.npz)?$/, `.${network?.name}.npz`);
    await writeStatistics(file, {...set.statistics(), ...(network && {network}), ...(count !== null && {count})});
  }
}

/** The images of the request and the caption of each. Throws UserErrors. */
async function openCaptioned(
  {images: path, features, imageColumn, column}: ScoreRequest,
  given: string | true,
  {onNote}: ScoreWatch,
): Promise<{images: EncodedImages; captions: readonly string[]}> {
  if (!features.includes('clip')) {
    throw new UserError('captions-unused', 'Captions are scored by CLIP, which is not among the networks.', {
      hint: 'Add clip to --features.',
    });
  }
  const images = await openPictureFiles(path, {imageColumn, captionColumn: column}, onNote);
  return {images, captions: await captionsOf(given, images, column)};
}
