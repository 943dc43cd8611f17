import {copyFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, expect, it, vi} from 'vitest';
import {parquetImages} from '../../../../trainer/data/parquet/parquet.ts';
import {filesEnding, walkFiles} from '../../../../trainer/data/walkFiles.ts';
import {openPositioned} from '../../../../trainer/store/files/positionedFile.ts';
import type * as positionedFile from '../../../../trainer/store/files/positionedFile.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

vi.mock('../../../../trainer/store/files/positionedFile.ts', async (original) => {
  const actual = await original<typeof positionedFile>();
  return {...actual, openPositioned: vi.fn(actual.openPositioned)};
});
afterEach(() => void vi.mocked(openPositioned).mockClear());

const fixture = fileURLToPath(new URL('../../../fixtures/captions/v1-plain.parquet', import.meta.url));
const settings = {resolution: 2, channels: 1, corrupt: 'stop', column: 'image'} as const;

it('reads the footer of each file once, and nothing of captions before one is asked for', async () => {
  const folder = await temporaryFolder();
  for (const name of ['a', 'b']) await copyFile(fixture, join(folder, `${name}.parquet`));
  const opened = () => vi.mocked(openPositioned).mock.calls.length;
  const source = await parquetImages(
    filesEnding(await walkFiles(folder, String), '.parquet', folder),
    settings,
    String,
  );
  expect(opened()).toBe(2);
  // Both files again, then the row group of the image, which holds the next ones as well.
  expect(await source.captions?.(8)).toEqual(['two']);
  expect(opened()).toBe(5);
  expect(await source.captions?.(9)).toEqual(['three']);
  expect(opened()).toBe(5);
});
