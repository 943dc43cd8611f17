import type {DemeConfig} from '../../contract/config/config.ts';
import type {ConfigPath} from '../../contract/config/configSchema.ts';
import type {ConfigChange} from '../../contract/config/yaml/changedYaml.ts';
import {runExperts} from '../../contract/run/pipeline.ts';

/** A number of a config that --scale multiplies, and below which it does not go. */
interface ScaledSetting {
  readonly path: ConfigPath;
  readonly least: number;
  value(config: DemeConfig): number | undefined;
}

const scaledSettings: readonly ScaledSetting[] = [
  {path: ['data', 'validation'], least: 16, value: ({data}) => data?.validation},
  {path: ['data', 'test'], least: 16, value: ({data}) => data?.test},
  {path: ['decouple', 'updates'], least: 4, value: ({decouple}) => decouple?.updates},
  {path: ['decouple', 'schedule', 'warmup'], least: 0, value: ({decouple}) => decouple?.schedule.warmup},
  {path: ['merge', 'search', 'images'], least: 8, value: ({merge}) => merge?.search?.images},
  {path: ['merge', 'search', 'budget'], least: 8, value: ({merge}) => merge?.search?.budget},
  {path: ['merge', 'search', 'race', 'first'], least: 8, value: ({merge}) => merge?.search?.race?.first},
  {path: ['merge', 'search', 'race', 'samples'], least: 16, value: ({merge}) => merge?.search?.race?.samples},
  {path: ['merge', 'search', 'race', 'reference'], least: 128, value: ({merge}) => merge?.search?.race?.reference},
  {path: ['merge', 'search', 'test', 'samples'], least: 16, value: ({merge}) => merge?.search?.test?.samples},
  {path: ['evaluate', 'heldOut', 'images'], least: 8, value: ({evaluate}) => evaluate?.heldOut.images},
  {path: ['evaluate', 'samples'], least: 16, value: ({evaluate}) => evaluate?.samples},
];

/** Settings that a training must reach within its updates, so that a small one reports and saves like a large one. */
const periods = ['checkpointEvery', 'bucketEvery', 'logEvery'] as const;

/**
 * What `--scale` changes in a config: updates, images and candidates times `scale`, 0 < scale <= 1, rounded, no lower than a minimum (and never
 * higher than they are). Batches, sampling steps and learning rates stay: an update and an image are those of the whole benchmark. Where the
 * data has `encoded` images that are encoded before a training, no more of them are than the longest one can draw.
 */
export function scaledChanges(config: DemeConfig, scale: number, encoded = 0): ConfigChange[] {
  if (scale === 1) return [];
  const changes = scaledSettings.flatMap(({path, least, value: valueOf}) => {
    const full = valueOf(config);
    return full === undefined ? [] : changed(path, full, Math.min(full, Math.max(least, Math.round(full * scale))));
  });
  const {decouple, evaluate} = config;
  const updates = changes.find(({path}) => path.join('.') === 'decouple.updates')?.value;
  const samples = changes.find(({path}) => path.join('.') === 'evaluate.samples')?.value;
  const shorter = (path: ConfigPath, full: number | undefined, limit: unknown) =>
    full !== undefined && typeof limit === 'number' ? changed(path, full, Math.min(full, limit)) : [];
  return [
    ...changes,
    ...periods.flatMap((key) => shorter(['decouple', key], decouple?.[key], updates)),
    ...shorter(['evaluate', 'grid'], evaluate?.grid, samples),
    ...limitChange(config, Number(updates), encoded),
  ];
}

function changed(path: ConfigPath, full: number, value: number): ConfigChange[] {
  return value === full ? [] : [{path, value, note: `scaled from ${full}`}];
}

function limitChange(config: DemeConfig, updates: number, encoded: number): ConfigChange[] {
  const {batch = 0, accumulation = 0} = config.decouple ?? {};
  const drawn = updates * runExperts(config) * batch * accumulation;
  return drawn < encoded ? [{path: ['data', 'limit'], value: drawn, note: 'scaled: no training draws more'}] : [];
}
