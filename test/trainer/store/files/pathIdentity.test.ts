import {link, mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {requireApart, requireFree} from '../../../../trainer/store/files/pathIdentity.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/**
 * store/model/unet/weights, which `model/unet/weights` leads to through a link; `bare` with a hard link `hard`; links to files, folders and
 * links; `odd -> nowhere`.
 */
async function tree(): Promise<(path: string) => string> {
  const root = await temporaryFolder();
  const at = (path: string): string => (path === '' ? root : `${root}/${path}`);
  for (const folder of ['store', 'model/unet', 'elsewhere/vae']) await mkdir(at(folder), {recursive: true});
  await writeFile(at('store/weights'), 'weights');
  await symlink('../../store/weights', at('model/unet/weights'));
  await writeFile(at('model/config.json'), '{}');
  await writeFile(at('elsewhere/vae/weights'), 'vae');
  await symlink('../elsewhere/vae', at('model/vae'));
  await writeFile(at('bare'), 'bare');
  await link(at('bare'), at('hard'));
  await symlink('bare', at('link'));
  await symlink('link', at('linkToLink'));
  await symlink('.', at('here'));
  await symlink('model', at('alias'));
  await symlink('model/unet', at('deep'));
  await symlink('nowhere', at('odd'));
  return at;
}

describe('an output', () => {
  it.each([
    ['a file itself', 'bare', 'bare'],
    ['a link to it', 'bare', 'link'],
    ['the target of a link', 'link', 'bare'],
    ['another link', 'link', 'linkToLink'],
    ['a hard link', 'bare', 'hard'],
    ['a name behind a linked folder', 'bare', 'here/here/bare'],
    ['a detour', 'bare', 'model/../store/.././bare'],
    ['a slash at the end', 'model', 'model/'],
    ['a link to the folder', 'model', 'alias'],
    ['the folder of a link', 'alias', 'model'],
    ['a file of the folder', 'model', 'model/config.json'],
    ['a component', 'model', 'model/unet'],
    ['a component through a link', 'model', 'deep'],
    ['what a weights file leads to', 'model', 'store/weights'],
    ['the folder of what it leads to', 'model', 'store'],
    ['a component that lies elsewhere', 'model', 'elsewhere/vae'],
    ['a file of that', 'model', 'elsewhere/vae/weights'],
    ['the folder above that', 'model', 'elsewhere'],
    ['the folder above', 'model', ''],
    ['the folder above, by a link', 'bare', 'here'],
  ])('may not overwrite an input: %s', async (_, input, out) => {
    const at = await tree();
    await expect(requireApart(at(out), [at('odd'), at(input)])).rejects.toMatchObject({
      code: 'output-is-input',
      message: 'The output would overwrite an input.',
      where: at(out),
    });
  });

  it.each([
    ['in the folder', 'model', 'model/new'],
    ['deep in it, where nothing is yet', 'model', 'model/a/b/new'],
    ['in it by a link', 'model', 'alias/new'],
    ['in a linked component', 'model', 'deep/new'],
    ['in a component that lies elsewhere', 'model', 'elsewhere/vae/new'],
    ['in what a link leads to', 'alias', 'model/unet/new/newer'],
  ])('may not lie inside an input: %s', async (_, input, out) => {
    const at = await tree();
    const message = 'The output would lie inside an input.';
    await expect(requireApart(at(out), [at(input)])).rejects.toMatchObject({code: 'output-is-input', message});
    await requireApart(at(out), [at(input)], {mayLieInside: true});
  });

  it.each([
    ['beside a file', 'bare', 'new'],
    ['beside a folder', 'model', 'model-2'],
    ['in a folder beside', 'model', 'new/er/model'],
    ['with the name of a component', 'model', 'unet'],
    ['where a link leads nowhere', 'model', 'odd'],
    ['in a folder that holds only links to inputs', 'store/weights', 'model/new'],
  ])('may lie %s', async (_, input, out) => {
    const at = await tree();
    await requireApart(at(out), [at(input)]);
  });

  it('may not replace what is there, even a link, unless that is allowed', async () => {
    const at = await tree();
    for (const out of ['bare', 'link', 'odd', 'model', 'here/bare']) {
      await expect(requireFree(at(out), {}), out).rejects.toMatchObject({
        code: 'output-exists',
        where: at(out),
        hint: 'Choose another output, or give --overwrite to replace it.',
      });
      await requireFree(at(out), {overwrite: true});
    }
    await requireFree(at('new'), {});
    await requireFree(at('bare/new'), {});
    const isOwn = async (path: string) => (await readFile(path, 'utf8')) === 'bare';
    await requireFree(at('bare'), {isOwn});
    await expect(requireFree(at('store/weights'), {isOwn})).rejects.toMatchObject({code: 'output-exists'});
  });
});
