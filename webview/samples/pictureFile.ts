const kept = 64;
const loaded = new Map<string, Promise<HTMLImageElement>>();

/** A picture of a run, decoded; its pixels can be read (VS Code serves pictures to pages of any origin). */
export function pictureFile(source: string): Promise<HTMLImageElement> {
  const known = loaded.get(source);
  if (known !== undefined) return known;
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = source;
  const ready = image.decode().then(() => image);
  loaded.set(source, ready);
  // A picture that could not be read may be there the next time.
  ready.catch(() => loaded.delete(source));
  for (const oldest of [...loaded.keys()].slice(0, Math.max(0, loaded.size - kept))) loaded.delete(oldest);
  return ready;
}
