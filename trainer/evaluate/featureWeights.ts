import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../contract/errors.ts';
import type {FeatureNetworkName} from '../contract/model/featureNetwork.ts';
import {cacheFolder} from '../store/files/cacheFolder.ts';
import type {NetworkFiles} from './networks/networkWeights.ts';

/** Published weights of a feature network. */
export interface FeatureWeights {
  readonly network: Exclude<FeatureNetworkName, 'digits'>;
  /** The file with the weights. */
  readonly file: string;
  readonly megabytes: number;
  readonly licence: string;
  readonly source: HubWeights | AddressedWeights;
}

/** A repository of the hub, and the files in it that go with the weights. */
export interface HubWeights {
  readonly repository: string;
  readonly beside: readonly string[];
  /** Of the weights; left out: the hub's own word is taken. */
  readonly sha256?: string;
}

/** A file on a server that lists no hashes. */
export interface AddressedWeights {
  readonly address: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

const openClipBeside = ['open_clip_config.json', 'tokenizer.json', 'tokenizer_config.json'];
const transformersBeside = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

function openClip(model: string, megabytes: number): FeatureWeights {
  const source = {repository: `laion/CLIP-${model}`, beside: openClipBeside};
  return {network: 'clip', file: 'open_clip_model.safetensors', megabytes, licence: 'MIT', source};
}

function dinov2(model: string, size: number, sha256: string): FeatureWeights {
  const file = `dinov2_${model}_pretrain.pth`;
  const source = {address: `https://dl.fbaipublicfiles.com/dinov2/dinov2_${model}/${file}`, size, sha256};
  return {network: 'dinov2', file, megabytes: Math.round(size / 1e6), licence: 'Apache-2.0', source};
}

/** By name; of several for one network the first that is there is used. */
export const featureWeights: ReadonlyMap<string, FeatureWeights> = new Map([
  [
    'inception',
    {
      network: 'inception',
      file: 'pt_inception-2015-12-05-6726825d.pth',
      megabytes: 96,
      licence: 'Apache-2.0',
      source: {
        address:
          'https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth',
        size: 95_628_359,
        sha256: '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2',
      },
    },
  ],
  [
    'dinov2-vitl14',
    dinov2('vitl14', 1_217_586_395, 'd5383ea8f4877b2472eb973e0fd72d557c7da5d3611bd527ceeb1d7162cbf428'),
  ],
  ['dinov2-vitb14', dinov2('vitb14', 346_378_731, '0b8b82f85de91b424aded121c7e1dcc2b7bc6d0adeea651bf73a13307fad8c73')],
  ['clip-vit-g-14', openClip('ViT-g-14-laion2B-s34B-b88K', 5468)],
  ['clip-vit-h-14', openClip('ViT-H-14-laion2B-s32B-b79K', 3945)],
  [
    'clip-vit-l-14',
    {
      network: 'clip',
      file: 'model.safetensors',
      megabytes: 1711,
      licence: 'MIT',
      source: {
        repository: 'openai/clip-vit-large-patch14',
        beside: transformersBeside,
        sha256: 'a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb',
      },
    },
  ],
  ['clip-vit-b-32', openClip('ViT-B-32-laion2B-s34B-b79K', 605)],
] satisfies [string, FeatureWeights][]);

/** Where the weights of a row are looked for. */
export function featureFolder(name: string): string {
  return join(cacheFolder().path, 'features', name);
}

/** The weights in the cache of a network (the first of the table that are there) or of one row of the table; null: there are none. */
export async function cachedFeatureWeights(name: string): Promise<{row: string; file: string} | null> {
  for (const [row, {file}] of featureRows(name)) {
    const found = await readdir(featureFolder(row)).catch((): string[] => []);
    // A file that was put there by hand needs no record.
    if (found.includes(file) && !found.includes(`${file}.part`)) return {row, file: join(featureFolder(row), file)};
  }
  return null;
}

/** The rows that a name means: that of the row, or all of a network. */
export function featureRows(name: string): [string, FeatureWeights][] {
  return [...featureWeights].filter(([row, {network}]) => row === name || network === name);
}

/** The same as files of a network; a UserError that says how to get them where there are none. */
export async function findFeatureWeights(name: string): Promise<NetworkFiles> {
  const cached = await cachedFeatureWeights(name);
  if (cached !== null) return {weights: cached.file};
  const rows = featureRows(name);
  const [first] = rows;
  if (first === undefined) throw new Error(`no feature weights called ${name}`);
  const choices = rows.map(([row, {file, megabytes, licence}]) => `${row} (${file}, ${megabytes} MB, ${licence})`);
  throw new UserError('features-missing', `The weights of ${name} are not here: ${choices.join(' or ')}.`, {
    where: featureFolder(first[0]),
    hint: `Run \`deme fetch features ${first[0]}\`, put the file there (from ${weightsAddress(first[1])}), or give it with --weights.`,
  });
}

/** Where the file of a row comes from. */
export function weightsAddress({source, file}: FeatureWeights): string {
  return 'address' in source ? source.address : `https://huggingface.co/${source.repository}, ${file}`;
}
