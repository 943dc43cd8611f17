import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {strToU8, zipSync} from 'fflate';

/** A small wheel with these files (path -> content), as package indexes serve them. */
export async function writeWheel(
  folder: string,
  name: string,
  files: Record<string, string>,
  {metadata = '', wrongHash = false} = {},
): Promise<string> {
  const info = `${name.split('-').slice(0, 2).join('-')}.dist-info`;
  const content = {...files, [`${info}/METADATA`]: `Metadata-Version: 2.4\n${metadata}`};
  const lines = Object.entries(content).map(([path, text]) => {
    const hash = createHash('sha256').update(wrongHash ? `${text}?` : text);
    return `${path},sha256=${hash.digest('base64url')},${text.length}`;
  });
  const record = {[`${info}/RECORD`]: `${lines.join('\n')}\n${info}/RECORD,,\n`};
  const entries = Object.entries({...content, ...record}).map(([path, text]) => [path, strToU8(text)] as const);
  const path = join(folder, `${name}.whl`);
  // TensorFlow's wheel is compressed; a stored entry is read in another way.
  await writeFile(path, zipSync(Object.fromEntries(entries), {level: name.startsWith('tensorflow') ? 6 : 0}));
  return path;
}
