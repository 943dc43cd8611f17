import {readFile} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import type {BenchmarkName} from '../../contract/benchmark/benchmarkPlan.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import {parseConfig} from '../../contract/config/parseConfig.ts';
import {presetText} from '../../contract/config/presetText.ts';
import {changedYaml, type ConfigChange} from '../../contract/config/yaml/changedYaml.ts';
import {nullForUserError} from '../../contract/errors.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {isImageName} from '../../data/imageFolder.ts';
import {endingOf, walkFiles} from '../../data/walkFiles.ts';
import {packageRoot} from '../../packageRoot.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readBaseSizes, type BaseSizes} from './baseSizes.ts';
import {promptSettings} from './benchmarkPrompts.ts';
import {benchmarks} from './benchmarks.ts';
import {paperBaselines} from './paperBaselines.ts';
import {scaledChanges} from './scaleConfig.ts';

/** What a user asks for. */
export interface BenchmarkRequest {
  readonly name: BenchmarkName;
  /** Folder of the benchmark, where its config, its data and its results lie. */
  readonly folder: string;
  /** Share of the work, above 0 and at most 1. */
  readonly scale: number;
  /** In place of those of the preset: paths from where the user stands, or for the base the name of a hub model. */
  readonly base?: string;
  readonly data?: string;
  /** What images are compared with: a folder, tar or parquet file of images, or statistics. */
  readonly reference?: string;
  /** Also measure and draw each expert by itself. */
  readonly experts?: boolean;
  /** Also train and measure the baselines of the paper. */
  readonly baselines?: boolean;
  /** Keep all images as files in the run. */
  readonly keepImages?: boolean;
  /** Keep all images of each model in a tar file. */
  readonly keepTar?: boolean;
}

/** The config that a benchmark runs. */
export interface BenchmarkConfig {
  /** Where it is written. */
  readonly file: string;
  readonly text: string;
  /** The text of the preset that it comes from. */
  readonly preset: string;
  readonly config: DemeConfig;
  /** Null: the base cannot be read. */
  readonly base: BaseSizes | null;
  /** Height and width of the images of the preset; null where the data has one size only. */
  readonly side: number | null;
}

/** Derives the config of a benchmark from its preset. Its paths are relative to the folder of the benchmark. */
export async function benchmarkConfig(request: BenchmarkRequest): Promise<BenchmarkConfig> {
  const {name, folder, scale} = request;
  const title = scale === 1 ? name : `${name}-scale-${scale}`;
  const file = join(resolve(folder), `${title}.deme.yaml`);
  const presetFile = join(packageRoot(), 'media', benchmarks[name].preset);
  const preset = await readFile(presetFile, 'utf8');
  const whole = changedYaml(presetText(preset, title), [
    ...benchmarks[name].changes,
    ...(await placeChanges(request, dirname(presetFile))),
    ...measuringChanges(request),
  ]);
  const config = parseConfig(whole, file);
  const base = await readBaseSizes(config.base ?? '', dirname(file));
  const side = resolutionOf(config);
  const changed = changedYaml(whole, [
    ...sizeChanges(side, base),
    ...scaledChanges(config, scale, benchmarks[name].encoded?.images),
  ]);
  const text = `# Written by \`deme benchmark ${name}${scale === 1 ? '' : ` --scale ${scale}`}\`, each time anew: edit a copy under another name.\n${changed}`;
  return {file, text, preset, config: parseConfig(text, file), base, side};
}

/** The published tables have no experts by themselves, which would be half of all images. */
function measuringChanges(request: BenchmarkRequest): ConfigChange[] {
  const {experts = false, baselines = false, keepImages = false, keepTar = false} = request;
  const kept = [...(keepImages ? ['images'] : []), ...(keepTar ? ['tar'] : [])];
  return [
    ...(experts ? [] : [{path: ['evaluate', 'experts'], value: false}]),
    ...(baselines ? [{path: ['baselines'], value: paperBaselines}] : []),
    ...(kept.length > 0 ? [{path: ['evaluate', 'keep'], value: ['features', ...kept]}] : []),
  ];
}

/** A base for other images than the preset's is finetuned and measured on images of its own size. */
function sizeChanges(side: number | null, base: BaseSizes | null): ConfigChange[] {
  if (side === null || !base?.side || base.side === side) return [];
  return [{path: ['data', 'resolution'], value: base.side, note: `that of the base, in place of ${side}`}];
}

/** Height and width of the images of a config, where it names them. */
export function resolutionOf({data}: DemeConfig): number | null {
  return data && 'resolution' in data ? data.resolution : null;
}

/** Where base and images lie. */
async function placeChanges(
  {name, folder, base, data, reference}: BenchmarkRequest,
  presetFolder: string,
): Promise<ConfigChange[]> {
  const changes: ConfigChange[] = [];
  if (base !== undefined) changes.push({path: ['base'], value: (await fileExists(base)) ? resolve(base) : base});
  else if (name === 'digits') changes.push({path: ['base'], value: join(presetFolder, 'base')});
  if (data !== undefined) changes.push({path: ['data', 'path'], value: resolve(data)});
  const prompts = promptSettings(name);
  if (prompts !== undefined) changes.push({path: ['evaluate', 'sampling', 'prompts'], value: prompts});
  const compared = reference === undefined ? benchmarks[name].reference?.file : resolve(reference);
  if (compared !== undefined) changes.push({path: ['evaluate', 'reference'], value: {[mainNetwork(name)]: compared}});
  const {files} = benchmarks[name].data;
  const kind = files && (await dataKind(data ?? join(folder, files)));
  if (kind) changes.push({path: ['data', 'kind'], value: kind});
  return changes;
}

/** The network whose distance the paper reports, or would. */
function mainNetwork(name: BenchmarkName): FeatureNetworkName {
  return name === 'digits' ? 'digits' : name === 'sd-partiprompts' ? 'clip' : 'inception';
}

/** What the images at a path lie in; null where there are none. Whoever has several kinds means the images, as `deme score` does. */
async function dataKind(path: string): Promise<DataConfig['kind'] | null> {
  const found = (await walkFiles(path, () => undefined).catch(nullForUserError)) ?? [];
  if (found.some(isImageName)) return 'images';
  const endings = new Set(found.map(endingOf));
  return endings.has('.parquet') ? 'parquet' : endings.has('.tar') ? 'webdataset' : null;
}
