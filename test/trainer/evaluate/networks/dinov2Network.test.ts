import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {openPillowImage} from '../../../../trainer/data/pictures/pillowImage.ts';
import {runNetwork} from '../../../../trainer/evaluate/featureNetwork.ts';
import {loadDinov2Network} from '../../../../trainer/evaluate/networks/dinov2Network.ts';
import {maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {writeFilled} from '../../../helpers/models/fillRule.ts';
import {goldenSdFolder} from '../../../helpers/golden/goldenSd.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

// Made by transformers: see make_features.py beside it.
const Reference = z.object({
  pictures: z.array(z.string()),
  shapes: z.record(z.string(), z.record(z.string(), z.array(z.int()))),
  features: z.record(z.string(), z.array(z.array(z.number()))),
});
const fixture = new URL('../../../fixtures/dinov2/features.json', import.meta.url);
const {pictures, shapes, features} = Reference.parse(JSON.parse(readFileSync(fixture, 'utf8')));

async function filledWeights(network: string): Promise<string> {
  const file = join(await temporaryFolder(), 'model.safetensors');
  await writeFilled(file, new Map(Object.entries(shapes[network] ?? {})), 6);
  return file;
}

describeOnEngines('DINOv2', () => {
  it.each(Object.keys(features))('has the class token of transformers for images of another size: %s', async (name) => {
    const network = await loadDinov2Network({weights: await filledWeights(name)});
    try {
      expect(network.record.dimension).toBe(64);
      const images = pictures.map((file) => openPillowImage(readFileSync(goldenSdFolder(`metrics/${file}`))));
      const {features: found} = await runNetwork(network, (await Promise.all(images)).map(network.prepare));
      expect(maxAbsDifference(found, Float32Array.from((features[name] ?? []).flat()))).toBeLessThan(2e-5);
    } finally {
      network.dispose();
    }
  });
});

describe('the weights of another network', () => {
  it('are refused with the right files named', async () => {
    const weights = goldenSdFolder('sd1/arrays.safetensors');
    await expect(loadDinov2Network({weights})).rejects.toMatchObject({
      code: 'features-weights',
      hint: expect.stringContaining('dinov2_vitb14_pretrain.pth') as string,
    });
  });
});
