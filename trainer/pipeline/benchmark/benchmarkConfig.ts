import {readFile} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import type {BenchmarkName} from '../../contract/benchmark/benchmarkPlan.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import {parseConfig} from '../../contract/config/parseConfig.ts';
import {presetText} from '../../contract/config/presetText.ts';
import {changedYaml, type ConfigChange} from '../../contract/config/yaml/changedYaml.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {packageRoot} from '../../packageRoot.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {namesIn} from '../../store/files/namesIn.ts';
import {promptSettings} from './benchmarkPrompts.ts';
import {benchmarks} from './benchmarks.ts';
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
}

/** The config that a benchmark runs. */
export interface BenchmarkConfig {
  /** Where it is written. */
  readonly file: string;
  readonly text: string;
  /** The text of the preset that it comes from. */
  readonly preset: string;
  readonly config: DemeConfig;
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
  ]);
  const scaled = changedYaml(whole, scaledChanges(parseConfig(whole, file), scale));
  const text = `# Written by \`deme benchmark ${name}${scale === 1 ? '' : ` --scale ${scale}`}\`, each time anew: edit a copy under another name.\n${scaled}`;
  return {file, text, preset, config: parseConfig(text, file)};
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
  if (name.startsWith('lsun-') && (await hasParquet(data ?? join(folder, 'data', name))))
    changes.push({path: ['data', 'kind'], value: 'parquet'});
  return changes;
}

/** The network whose distance the paper reports, or would. */
function mainNetwork(name: BenchmarkName): FeatureNetworkName {
  return name === 'digits' ? 'digits' : name === 'sd-partiprompts' ? 'clip' : 'inception';
}

async function hasParquet(path: string): Promise<boolean> {
  if (path.endsWith('.parquet')) return true;
  return (await namesIn(path).catch((): string[] => [])).some((name) => name.endsWith('.parquet'));
}
