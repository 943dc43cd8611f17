import {readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openPillowImage, type PillowImage} from '../../../../trainer/data/pictures/pillowImage.ts';
import {runNetwork} from '../../../../trainer/evaluate/featureNetwork.ts';
import {inceptionShapes} from '../../../../trainer/evaluate/networks/inception.ts';
import {loadInceptionNetwork} from '../../../../trainer/evaluate/networks/inceptionNetwork.ts';
import {fileShape} from '../../../../trainer/models/layout.ts';
import {maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {writeFilled} from '../../../helpers/models/fillRule.ts';
import {goldenSdArray, goldenSdFolder} from '../../../helpers/golden/goldenSd.ts';

const folder = await mkdtemp(join(tmpdir(), 'deme-inception-'));
afterAll(() => rm(folder, {recursive: true}));
const weights = join(folder, 'inception.safetensors');
await writeFilled(weights, new Map([...inceptionShapes].map(([name, shape]) => [name, fileShape(shape)])), 6);
const pictures = await Promise.all(
  [0, 1, 2, 3].map((i) => openPillowImage(readFileSync(goldenSdFolder(`metrics/image${i}.png`)))),
);

async function outputsOf(settings: Parameters<typeof loadInceptionNetwork>[1], images: readonly PillowImage[]) {
  const network = await loadInceptionNetwork({weights}, settings);
  try {
    return await runNetwork(network, images.map(network.prepare));
  } finally {
    network.dispose();
  }
}

async function expected(name: string): Promise<Float32Array> {
  return (await goldenSdArray('metrics', `inception.${name}`)).values;
}

describe('the parameters', () => {
  it('are as many as in pytorch-fid', () => {
    const trained = [...inceptionShapes].filter(([name]) => !name.includes('running'));
    const count = trained.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect([count, inceptionShapes.size]).toEqual([23_850_960, 472]);
  });

  it('of another network are refused with the right file named', async () => {
    const clip = join(goldenSdFolder('sd1'), 'arrays.safetensors');
    await expect(loadInceptionNetwork({weights: clip})).rejects.toMatchObject({
      code: 'features-weights',
      hint: expect.stringContaining('pt_inception-2015-12-05') as string,
    });
  });
});

describeOnEngines('Inception', () => {
  let full: Awaited<ReturnType<typeof outputsOf>>;
  beforeAll(async () => {
    full = await outputsOf({}, pictures);
  });

  it('has the 2048 features of pytorch-fid', async () => {
    expect(maxAbsDifference(full.features, await expected('pytorch_fid_2048'))).toBeLessThan(2e-5);
  });

  it.each([64, 192, 768] as const)('has its %i features', async (dimension) => {
    const {features, logits} = await outputsOf({dimension}, pictures);
    expect(maxAbsDifference(features, await expected(`pytorch_fid_${dimension}`))).toBeLessThan(1e-5);
    expect(logits).toBeUndefined();
  });

  it('has features and unbiased class scores of torch-fidelity', async () => {
    const {features, logits} = await outputsOf({resize: 'torch-fidelity'}, pictures);
    expect(maxAbsDifference(features, await expected('torch_fidelity_2048'))).toBeLessThan(2e-5);
    expect(maxAbsDifference(logits ?? [], await expected('torch_fidelity_logits_unbiased'))).toBeLessThan(1e-4);
  });

  it('has the features of clean-fid', async () => {
    const {features} = await outputsOf({resize: 'clean-fid'}, pictures);
    expect(maxAbsDifference(features, await expected('clean_fid_2048'))).toBeLessThan(2e-5);
  });
});
