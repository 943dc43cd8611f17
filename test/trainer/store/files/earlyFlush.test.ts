import {open, type FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {EarlyFlush} from '../../../../trainer/store/files/earlyFlush.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const enough = 1 << 24;

describe('EarlyFlush', () => {
  let file: FileHandle;
  beforeEach(async () => (file = await open(join(await temporaryFolder(), 'weights'), 'w')));
  afterEach(() => file.close());

  it('flushes when much has been written, one time after the other', async () => {
    const datasync = vi.spyOn(file, 'datasync');
    const flush = new EarlyFlush(file);
    flush.wrote(enough / 2);
    expect(datasync).toHaveBeenCalledTimes(0);
    flush.wrote(enough / 2);
    flush.wrote(2 * enough);
    expect(datasync).toHaveBeenCalledTimes(1);
    await flush.end();
    flush.wrote(1);
    expect(datasync).toHaveBeenCalledTimes(2);
    await flush.end();
  });

  it('tells at the end that the disk did not take what was written', async () => {
    vi.spyOn(file, 'datasync').mockRejectedValueOnce(Object.assign(new Error('ENOSPC'), {code: 'ENOSPC'}));
    const flush = new EarlyFlush(file);
    flush.wrote(enough);
    await new Promise((resolve) => setTimeout(resolve, 5));
    flush.wrote(enough);
    await expect(flush.end()).rejects.toThrow('ENOSPC');
  });

  it('waits for a flush that is under way', async () => {
    let isOver = false;
    vi.spyOn(file, 'datasync').mockImplementation(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      isOver = true;
    });
    const flush = new EarlyFlush(file);
    flush.wrote(enough);
    await flush.end();
    expect(isOver).toBe(true);
  });
});
