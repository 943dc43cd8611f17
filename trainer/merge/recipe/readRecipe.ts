import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {MergeRecord} from '../../contract/run/records.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {parseJson, readJson} from '../../store/files/jsonFile.ts';
import {openSafetensors} from '../../store/weights/safetensors.ts';

const what = 'a merge recipe';

/** The recipe of a merged model: from `merge.json`, the model folder that it lies in, or the metadata of a weights file. */
export async function readRecipe(path: string): Promise<MergeRecord> {
  if (!(await fileExists(path))) {
    throw new UserError('recipe-missing', 'There is no such recipe.', {
      where: path,
      hint: 'Give merge.json, a merged model folder, or a merged safetensors file.',
    });
  }
  if ((await stat(path)).isDirectory()) return readRecipe(join(path, 'merge.json'));
  if (!path.endsWith('.safetensors')) return readJson(path, MergeRecord, what);
  const reader = await openSafetensors(path);
  await reader.close();
  const text = reader.metadata.get('deme.merge');
  if (text !== undefined) return parseJson(text, MergeRecord, what, path);
  throw new UserError('recipe-missing', 'The metadata of this file hold no merge recipe.', {
    where: path,
    hint: 'Only models that deme has merged have one.',
  });
}
