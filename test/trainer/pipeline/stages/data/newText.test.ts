import {readFile} from 'node:fs/promises';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, it} from 'vitest';
import type {PretrainConfig} from '../../../../../trainer/contract/config/config.ts';
import {parseConfig} from '../../../../../trainer/contract/config/parseConfig.ts';
import {startEngine} from '../../../../../trainer/engine/startEngine.ts';
import {makeText} from '../../../../../trainer/pipeline/stages/data/newText.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';

const file = fileURLToPath(new URL('../../../../../media/prompts/pretrain.deme.yaml', import.meta.url));
const {pretrain} = parseConfig(readFileSync(file, 'utf8'), file) as {pretrain: PretrainConfig};

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const captions = digits.flatMap((digit) =>
  ['', 'bold ', 'thin '].flatMap((weight) =>
    ['', ', tilted left', ', tilted right'].map(
      (tilt) => `${digit === 'eight' && !weight ? 'an' : 'a'} ${weight}${digit}${tilt}`,
    ),
  ),
);

beforeAll(async () => void (await startEngine({name: 'wasm'})));

describe('the text encoder of the bundled model', () => {
  it('keeps captions that differ in a word apart where the word stands', async () => {
    const text = await makeText(pretrain, await temporaryFolder());
    await text?.conditioner.load();
    const states = text?.conditioner.encode(captions);
    const [, tokens, width] = states?.shape ?? [0, 0, 0];
    const values = (await states?.array()) ?? [];
    const cosines: number[] = [];
    for (const [i, first] of values.entries()) {
      for (const second of values.slice(0, i)) {
        // The place where the two differ most.
        cosines.push(Math.min(...first.map((state, at) => cosine(state, second[at] ?? []))));
      }
    }
    expect([values.length, tokens, width]).toEqual([90, 16, 32]);
    expect(Math.max(...cosines)).toBeLessThan(0.6);
    states?.dispose();
    text?.conditioner.unload();
  });

  it('is the same each time it is made, and another one for another seed', async () => {
    const make = async (seed: number) => {
      const folder = await temporaryFolder();
      (await makeText({...pretrain, seed}, folder))?.conditioner.unload();
      return readFile(join(folder, 'text_encoder', 'model.safetensors'));
    };
    const first = await make(0);
    expect((await make(0)).equals(first)).toBe(true);
    expect((await make(1)).equals(first)).toBe(false);
  });
});

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
