import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {OpenFiles} from '../../../../trainer/store/table/openFiles.ts';

/** Files that say what happens to them. */
function watched(most: number, idle = 60_000) {
  const happened: string[] = [];
  const files = new OpenFiles<string>({
    most,
    idle,
    open: async (file) => {
      happened.push(`open ${file}`);
      if (file === 9) throw new Error('no such file');
      return `${file}`;
    },
    close: async (value) => void happened.push(`close ${value}`),
  });
  return {files, happened, read: (file: number) => files.use(file, (value) => value)};
}

describe('files that stay open', () => {
  it('are opened once, and the one that is unused for longest is closed for another', async () => {
    const {files, happened, read} = watched(2);
    for (const file of [1, 2, 1, 3, 1]) expect(await read(file)).toBe(`${file}`);
    expect(happened).toEqual(['open 1', 'open 2', 'open 3', 'close 2']);
    await files.close();
    expect(happened.slice(4)).toEqual(['close 3', 'close 1']);
  });

  it('are closed after their last reader, once', async () => {
    const {files, happened} = watched(1);
    const slow = files.use(1, () => wait(20));
    const both = files.use(1, () => wait(40));
    await files.use(2, () => undefined);
    expect(happened).toEqual(['open 1', 'open 2']);
    await slow;
    expect(happened).toEqual(['open 1', 'open 2']);
    await both;
    expect(happened).toEqual(['open 1', 'open 2', 'close 1']);
  });

  it('are opened anew after an error', async () => {
    const {files, happened, read} = watched(4);
    await expect(read(9)).rejects.toThrow('no such file');
    await expect(files.use(1, () => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
    await read(1);
    expect(happened).toEqual(['open 9', 'open 1', 'close 1', 'open 1']);
  });

  it('are closed when nobody has read for a while', async () => {
    const {happened, read} = watched(4, 20);
    await read(1);
    await wait(60);
    expect(happened).toEqual(['open 1', 'close 1']);
    await read(1);
    expect(happened).toEqual(['open 1', 'close 1', 'open 1']);
  });
});
