import {chmod, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fetchModel} from '../../../../trainer/store/hub/hubFetch.ts';
import {asOtherUser} from '../../../helpers/machine/otherUser.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../helpers/textContaining.ts';
import {hubServer, listFiles} from '../hubServer.ts';

const weights = Buffer.from(Uint8Array.from({length: 300_000}, (_, i) => (i * i) % 251));
const weightsFile = 'unet/diffusion_pytorch_model.safetensors';
const pipeline: Record<string, Buffer> = {'unet/config.json': Buffer.from('{}'), [weightsFile]: weights};
const retryDelay = 1;

describe('fetchModel', () => {
  it('looks at the free space before it fetches anything', async () => {
    const folder = await temporaryFolder();
    const listed = listFiles(pipeline).map((file) => ('lfs' in file ? {...file, size: Number.MAX_SAFE_INTEGER} : file));
    const hub = await hubServer(pipeline, undefined, listed);
    await expect(fetchModel('owner/tiny', {endpoint: hub.endpoint, folder, retryDelay})).rejects.toMatchObject({
      code: 'disk-full',
      where: folder,
      message: expect.stringMatching(/^The files need 9007199\.25 GB more, and .* are free\.$/) as string,
    });
    expect(hub.requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['api', 'headers', 'body'] as const)('gives up on a hub that falls silent: %s', async (moment) => {
    const folder = await temporaryFolder();
    let silent = 0;
    const hub = await hubServer(pipeline, (request, response, content) => {
      const isMoment = moment === 'api' ? request.url?.startsWith('/api') : content === weights;
      if (!isMoment || silent++ > 0) return false;
      if (moment === 'body') {
        response.writeHead(200, {'content-length': weights.length});
        response.write(weights.subarray(0, 1000));
      }
      return true;
    });
    await fetchModel('owner/tiny', {endpoint: hub.endpoint, folder, retryDelay, silence: 200});
    expect(silent).toBe(2);
    expect((await readFile(join(folder, weightsFile))).equals(weights)).toBe(true);
  });

  it('says so where the hub stays silent, and bears slow ones', async () => {
    const folder = await temporaryFolder();
    const silent = await hubServer(pipeline, () => true);
    await expect(
      fetchModel('owner/tiny', {endpoint: silent.endpoint, folder, retryDelay, silence: 50}),
    ).rejects.toMatchObject({code: 'hub-unreachable', message: textContaining('nothing was heard for 0.05 seconds')});
    const slow = await hubServer(pipeline, (_, response, content) => {
      if (content !== weights) return false;
      response.writeHead(200, {'content-length': weights.length});
      let at = 0;
      const timer = setInterval(() => {
        response.write(weights.subarray(at, (at += 50_000)));
        if (at >= weights.length) {
          clearInterval(timer);
          response.end();
        }
      }, 100);
      return true;
    });
    await fetchModel('owner/tiny', {endpoint: slow.endpoint, folder, retryDelay, silence: 400});
    expect((await readFile(join(folder, weightsFile))).equals(weights)).toBe(true);
  });

  it('takes what another user has fetched, and asks for a folder of its own where it would have to write', async () => {
    const folder = await temporaryFolder();
    const hub = await hubServer(pipeline);
    const fetchIt = ({endpoint}: {endpoint: string}) => fetchModel('owner/tiny', {endpoint, folder, retryDelay});
    await fetchIt(hub);
    await chmod(folder, 0o555);
    await chmod(join(folder, 'unet'), 0o555);
    const before = hub.requests.length;
    expect(await asOtherUser(() => fetchIt(hub))).toBe(folder);
    expect(hub.requests).toHaveLength(before + 1);
    const newer = await hubServer({...pipeline, 'unet/config.json': Buffer.from('{"a": 1}')});
    await expect(asOtherUser(() => fetchIt(newer))).rejects.toMatchObject({code: 'write-refused', where: folder});
    await chmod(folder, 0o755);
    await chmod(join(folder, 'unet'), 0o755);
  });
});
