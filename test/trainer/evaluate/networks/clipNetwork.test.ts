import {readFileSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {openPillowImage} from '../../../../trainer/data/pictures/pillowImage.ts';
import {runNetwork} from '../../../../trainer/evaluate/featureNetwork.ts';
import {loadClipNetwork, loadClipTextTower} from '../../../../trainer/evaluate/networks/clipNetwork.ts';
import {maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {writeFilled} from '../../../helpers/models/fillRule.ts';
import {goldenSdArray, goldenSdFolder} from '../../../helpers/golden/goldenSd.ts';

const folder = await mkdtemp(join(tmpdir(), 'deme-clip-'));
afterAll(() => rm(folder, {recursive: true}));
const weights = join(folder, 'clip.safetensors');
const {clip_gelu} = JSON.parse(readFileSync(goldenSdFolder('metrics/metrics.json'), 'utf8')) as {
  clip_gelu: {shapes: Record<string, number[]>};
};
await writeFilled(weights, new Map(Object.entries(clip_gelu.shapes)), 3);

/** The part of open_clip's config that the weights do not show. */
async function configOf(activation: string): Promise<string> {
  const path = join(folder, `${activation}.json`);
  const model = {vision_cfg: {head_width: 16}, text_cfg: {heads: 2}, quick_gelu: activation === 'quick_gelu'};
  await writeFile(path, JSON.stringify(activation === 'gelu' ? {model_cfg: model} : model));
  return path;
}

const names = ['clip_image0', 'clip_image1', 'clip_image2', 'clip_image3', 'clip_rgba', 'clip_grey', 'clip_palette'];
const pictures = await Promise.all(
  names.map((name) => openPillowImage(readFileSync(goldenSdFolder(`metrics/${name}.png`)))),
);

describe('CLIP without a config', () => {
  it('refuses a width that no published model has', async () => {
    await expect(loadClipNetwork({weights})).rejects.toMatchObject({
      code: 'features-weights',
      hint: expect.stringContaining('open_clip_config.json') as string,
    });
  });
});

describeOnEngines('CLIP', () => {
  it.each(['gelu', 'quick_gelu'])('embeds images as open_clip does with %s', async (activation) => {
    const network = await loadClipNetwork({weights, config: await configOf(activation)});
    const prepared = pictures.map(network.prepare);
    const {features} = await runNetwork(network, prepared.slice(0, 4));
    network.dispose();
    const {values} = await goldenSdArray('metrics', `clip.${activation}.image_features`);
    expect(maxAbsDifference(features, values)).toBeLessThan(1e-5);
    // [C,H,W] there, [H,W,C] here.
    for (const [i, kind] of ['rgba', 'grey', 'palette'].entries()) {
      const {values} = await goldenSdArray('metrics', `clip.preprocessed_${kind}`);
      const turned = Float32Array.from(values, (_, at) => values[(at % 3) * 1024 + Math.floor(at / 3)] ?? NaN);
      expect(maxAbsDifference(prepared[4 + i] ?? [], turned)).toBe(0);
    }
  });

  it.each(['gelu', 'quick_gelu'])('embeds texts as open_clip does with %s', async (activation) => {
    const tower = await loadClipTextTower({weights, config: await configOf(activation)});
    const ids = [...(await goldenSdArray('metrics', 'clip.ids')).values];
    const embedded = tower.embed([0, 1, 2, 3].map((text) => ids.slice(text * 77, (text + 1) * 77)));
    const {values} = await goldenSdArray('metrics', `clip.${activation}.text_features`);
    expect(maxAbsDifference(await embedded.data(), values)).toBeLessThan(1e-5);
    embedded.dispose();
    tower.dispose();
  });
});
