import {stat} from 'node:fs/promises';

/** SHA-256 of the weights of models, as their records have it; computed once for as long as their files stay as they are. */
export class ModelHashes {
  readonly #known = new Map<string, {readonly stamp: string; readonly hash: Promise<string>}>();

  /** Null where there is no model that could be read. */
  async of(model: string): Promise<string | null> {
    const [{readModelFolder}, {hashFile}] = await Promise.all([
      import('../trainer/store/modelFolder.ts'),
      import('../trainer/store/sha256.ts'),
    ]);
    try {
      const isFolder = (await stat(model)).isDirectory();
      const folder = isFolder ? await readModelFolder(model) : null;
      const stamp = await stampOf(folder?.weightsFiles ?? [model]);
      const known = this.#known.get(model);
      if (known?.stamp === stamp) return await known.hash;
      const hash = folder === null ? hashFile(model) : folder.weightsHash();
      this.#known.set(model, {stamp, hash});
      return await hash;
    } catch {
      this.#known.delete(model);
      return null;
    }
  }
}

async function stampOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file)));
  return stats.map(({size, mtimeMs, ino}, i) => `${files[i]} ${size} ${mtimeMs} ${ino}`).join('\n');
}
