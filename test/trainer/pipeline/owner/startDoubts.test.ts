import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import sharp from 'sharp';
import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../trainer/contract/config/config.ts';
import {openData} from '../../../../trainer/data/openData.ts';
import {flipDoubt, startDoubts} from '../../../../trainer/pipeline/owner/startDoubts.ts';
import {goldenSdFolder} from '../../../helpers/golden/goldenSd.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {golden} from '../../store/golden.ts';

const noEncoder = 'The base model has no text encoder, so it is not conditioned on text.';

/** A folder with `images/N.png` and, where there is one, `images/N.txt` for each caption. */
async function captioned(captions: readonly (string | null)[]): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'images'));
  const png = await sharp({create: {width: 8, height: 8, channels: 3, background: 'red'}})
    .png()
    .toBuffer();
  for (const [i, caption] of captions.entries()) {
    await writeFile(join(folder, 'images', `${i}.png`), png);
    if (caption !== null) await writeFile(join(folder, 'images', `${i}.txt`), caption);
  }
  return folder;
}

function configOf(changes: object = {}, data: object = {}): DemeConfig {
  return DemeConfig.parse({
    name: 'x',
    base: goldenSdFolder('sd1'),
    data: {kind: 'images', path: 'images', resolution: 8, validation: 1, test: 1, ...data},
    decouple: {ranges: 2},
    ...changes,
  });
}

describe('what is doubtful about a config', () => {
  it('is nothing where all is there', async () => {
    const folder = await captioned(['a cat', 'a bright copyright', 'a dog', 'an owl']);
    expect(await startDoubts(configOf({}, {flip: true}), folder)).toEqual([]);
  });

  it('are settings about texts where the base takes none', async () => {
    const folder = await captioned([null, null, null, null]);
    const sampling = {prompts: ['a cat'], guidance: 3};
    const config = configOf({base: golden('cifar'), evaluate: {sampling}, merge: {}, decouple: {captionDropout: 0.1}});
    expect(await startDoubts(config, folder)).toEqual([
      `decouple.captionDropout: ${noEncoder}`,
      `evaluate.sampling.prompts: ${noEncoder}`,
      `evaluate.sampling.guidance: ${noEncoder}`,
    ]);
  });

  it('are captions that a model with texts lacks, unless they may be empty', async () => {
    const folder = await captioned(['a cat', null, null, null]);
    const [doubt, ...others] = await startDoubts(configOf(), folder);
    expect(doubt).toContain('This image has no caption');
    expect(doubt).toContain('Captions are missing for 3 images.');
    expect(others).toEqual([]);
    expect(await startDoubts(configOf({}, {captions: {missing: 'empty'}}), folder)).toEqual([]);
  });

  it('are images, experts and a base that are not there', async () => {
    const folder = await temporaryFolder();
    const [missing] = await startDoubts(configOf({base: golden('cifar')}), folder);
    expect(missing).toContain(join(folder, 'images'));
    const given = DemeConfig.parse({
      name: 'x',
      base: 'owner/model',
      experts: [{model: golden('cifar')}, {model: 'b'}],
      merge: {weights: [1, 1]},
      evaluate: undefined,
    });
    const doubts = await startDoubts(given, folder);
    expect(doubts[0]).toContain(`${join(folder, 'b')}: There is no such expert.`);
    expect(doubts).toHaveLength(1);
  });

  it('are captions that only images of the validation or of the test lack, and the last of more than a thousand', async () => {
    const few = await captioned(['a cat', 'a dog', 'an owl']);
    for (const lacking of [0, 1, 2]) {
      await rm(join(few, 'images', `${lacking}.txt`));
      const [doubt, ...others] = await startDoubts(configOf(), few);
      expect(doubt).toMatch(new RegExp(`${lacking}\\.png: This image has no caption[^.]*\\. .*empty\\.$`));
      expect(others).toEqual([]);
      await writeFile(join(few, 'images', `${lacking}.txt`), 'a bird');
    }
    const many = await captioned(Array.from({length: 1100}, () => 'a cat'));
    const {train} = await openData(configOf().data ?? expect.fail(), many, () => undefined);
    const last = train.name?.(train.size - 1) ?? '';
    await rm(last.replace('.png', '.txt'));
    expect((await startDoubts(configOf(), many))[0]).toContain(`${last}: This image has no caption`);
  });

  it('are mirrored images whose captions say left or right', async () => {
    const folder = await captioned(['a cat', 'a cat on the LEFT', 'a rightward arrow', 'a left-handed man']);
    const flipped = configOf({}, {flip: true});
    const [doubt, ...others] = await startDoubts(flipped, folder);
    expect(others).toEqual([]);
    expect(doubt).toMatch(/captions of \d of 2 images say left or right, such as ".+"/);
    expect(await flipDoubt({config: flipped, folder, baseFolder: null})).toBe(doubt);
    expect(await startDoubts(configOf(), folder)).toEqual([]);
    expect(await flipDoubt({config: configOf(), folder, baseFolder: null})).toBeNull();
  });
});
