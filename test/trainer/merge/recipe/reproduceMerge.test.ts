import {mkdir, readFile, rename, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {MergeRequest} from '../../../../trainer/merge/files/mergeFiles.ts';
import {mergeModels} from '../../../../trainer/merge/files/mergeFiles.ts';
import {findInputs} from '../../../../trainer/merge/recipe/findInputs.ts';
import {readRecipe} from '../../../../trainer/merge/recipe/readRecipe.ts';
import {reproduceMerge} from '../../../../trainer/merge/recipe/reproduceMerge.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../helpers/textContaining.ts';
import {writeBare, writeFolder} from '../tinyModels.ts';

const settings = {
  method: {kind: 'dare', density: 0.5, seed: 7, elect: true, lambda: 0.8},
  rules: [{match: '*.bias', weights: [0.1, [0.2, 0.4]]}],
  weights: [0.7, -0.3],
  dtype: 'BF16',
  tool: 'deme 0.0.9',
} satisfies Partial<MergeRequest>;

async function bareModels(folder: string) {
  const base = await writeBare(join(folder, 'base.safetensors'), {value: 1});
  const paths = [2, 3].map((value) => writeBare(join(folder, `expert-${value}.safetensors`), {value}));
  return {base, experts: (await Promise.all(paths)).map((path) => ({path}))};
}

describe('a merge that is made again', () => {
  it('has the bytes of the first, from the metadata of its file alone, though the inputs were renamed', async () => {
    const folder = await temporaryFolder();
    const models = await bareModels(folder);
    const out = join(folder, 'first.safetensors');
    await mergeModels({...models, ...settings, out});
    for (const [i, path] of [models.base, ...models.experts.map(({path}) => path)].entries())
      await rename(path, join(folder, `renamed-${i}.safetensors`));
    const recipe = await readRecipe(out);
    const found = await findInputs(recipe, [folder]);
    expect(found.experts).toEqual([1, 2].map((i) => join(folder, `renamed-${i}.safetensors`)));
    await reproduceMerge(recipe, found, {out: join(folder, 'again.safetensors')});
    expect(await readFile(join(folder, 'again.safetensors'))).toEqual(await readFile(out));
  });

  it('has the bytes of all files of a folder', async () => {
    const folder = await temporaryFolder();
    const base = await writeFolder(join(folder, 'base'), {value: 1, record: {role: 'base'}});
    const expert = await writeFolder(join(folder, 'expert'), {value: 2, record: {role: 'expert', range: [0, 1000]}});
    const out = join(folder, 'merged');
    await mergeModels({...settings, base, experts: [{path: expert}], rules: [], weights: [0.5], out});
    const recipe = await readRecipe(out);
    const again = join(folder, 'again');
    await reproduceMerge(recipe, await findInputs(recipe, [folder]), {out: again});
    for (const file of ['merge.json', 'deme.json', 'unet/diffusion_pytorch_model.safetensors'])
      expect(await readFile(join(again, file)), file).toEqual(await readFile(join(out, file)));
  });
});

describe('a recipe', () => {
  it('names the input that is not there, also where a file of its name has other content', async () => {
    const folder = await temporaryFolder();
    const models = await bareModels(folder);
    const out = join(folder, 'merged.safetensors');
    await mergeModels({...models, ...settings, out});
    await writeBare(join(folder, 'expert-3.safetensors'), {value: 4});
    await expect(findInputs(await readRecipe(out), [folder])).rejects.toMatchObject({
      code: 'recipe-input',
      message: textContaining('expert 1 of the recipe, expert-3.safetensors'),
      hint: textContaining('--inputs'),
    });
  });

  it('finds its inputs beside links that lead nowhere and what is no model', async () => {
    const folder = await temporaryFolder();
    const models = await bareModels(folder);
    const out = join(folder, 'merged.safetensors');
    await mergeModels({...models, ...settings, out});
    await symlink('nowhere', join(folder, 'aLink'));
    await symlink('nowhere', join(folder, 'aLink.safetensors'));
    await symlink('loop', join(folder, 'loop'));
    await mkdir(join(folder, 'aFolder', 'unet'), {recursive: true});
    await rename(models.base, join(folder, 'z.safetensors'));
    expect((await findInputs(await readRecipe(out), [folder])).base).toBe(join(folder, 'z.safetensors'));
  });

  it('is refused where there is none, and where it is damaged', async () => {
    const folder = await temporaryFolder();
    const path = await writeBare(join(folder, 'plain.safetensors'), {value: 1});
    await expect(readRecipe(path)).rejects.toMatchObject({code: 'recipe-missing', where: path});
    await expect(readRecipe(join(folder, 'absent'))).rejects.toMatchObject({code: 'recipe-missing'});
    await writeFile(join(folder, 'merge.json'), '{"format": 2, "weights": "all"}');
    await expect(readRecipe(folder)).rejects.toMatchObject({code: 'content-invalid'});
  });
});
