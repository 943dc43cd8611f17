import {readFileSync} from 'node:fs';
import {mkdir, readdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {inceptionShapes} from '../../../trainer/evaluate/networks/inception.ts';
import {fileShape} from '../../../trainer/models/layout.ts';
import {cacheFolder} from '../../../trainer/store/files/cacheFolder.ts';
import {writeClipTokenizer} from './clipVocabulary.ts';
import {writeFilled, writeFilledDict} from './fillRule.ts';
import {goldenSdFolder} from '../golden/goldenSd.ts';

/** Writes the small random CLIP of the golden metrics as open_clip's files into a folder, without a tokenizer unless it is asked for. */
export async function writeSmallClip(folder: string, {tokenizer = false} = {}): Promise<string> {
  await mkdir(folder, {recursive: true});
  const {clip_gelu} = JSON.parse(readFileSync(goldenSdFolder('metrics/metrics.json'), 'utf8')) as {
    clip_gelu: {shapes: Record<string, number[]>};
  };
  const weights = join(folder, 'open_clip_model.safetensors');
  await writeFilled(weights, new Map(Object.entries(clip_gelu.shapes)), 3);
  const config = {model_cfg: {vision_cfg: {head_width: 16}, text_cfg: {heads: 2}}};
  await writeFile(join(folder, 'open_clip_config.json'), JSON.stringify(config));
  if (tokenizer) await writeClipTokenizer(folder, 'vocab.json');
  return weights;
}

/** Writes random weights of FID's Inception network as pytorch-fid's file into a folder. */
export async function writeRandomInception(folder: string): Promise<string> {
  await mkdir(folder, {recursive: true});
  const weights = join(folder, 'pt_inception-2015-12-05-6726825d.pth');
  await writeFilledDict(weights, new Map([...inceptionShapes].map(([name, shape]) => [name, fileShape(shape)])), 6);
  return weights;
}

/** Makes a cache with the engines and the like of the user's own, but without feature networks and models. */
export async function linkOwnCache(cache: string): Promise<void> {
  await mkdir(cache, {recursive: true});
  const own = cacheFolder().path;
  const left = ['features', 'models', 'encoded'];
  for (const name of await readdir(own).catch((): string[] => []))
    if (!left.includes(name)) await symlink(join(own, name), join(cache, name));
}
