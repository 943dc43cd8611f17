import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdir} from 'node:fs/promises';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';

const setup = fileURLToPath(new URL('../../trainer/setup.mjs', import.meta.url));

it('npm run open serves VS Code to who knows its secret, and ends with Ctrl-C', async () => {
  const folder = await temporaryFolder();
  const child = spawn(process.execPath, [setup, 'open', folder], {stdio: ['ignore', 'pipe', 'inherit']});
  const ended = once(child, 'exit');
  const address = await addressOf(child.stdout);
  expect(address.hostname).toBe('127.0.0.1');
  expect(address.searchParams.get('folder')).toBe(folder);
  const page = await visit(address);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('vscode-workbench-web-configuration');
  address.searchParams.delete('tkn');
  expect((await fetch(address)).status).toBe(403);
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  await expect(fetch(address)).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
});

/** The address that a user is told. */
async function addressOf(output: NodeJS.ReadableStream): Promise<URL> {
  for await (const line of createInterface(output)) {
    const told = /^VS Code with DeMe Studio: (\S+)$/.exec(line)?.[1];
    if (told !== undefined) return new URL(told);
  }
  throw new Error('it ended without an address');
}

/** As a browser does it: the secret becomes a cookie, and the address loses it. */
async function visit(address: URL): Promise<Response> {
  const first = await fetch(address, {redirect: 'manual'});
  const cookie = first.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return fetch(new URL(first.headers.get('location') ?? address, address), {headers: {cookie}});
}
