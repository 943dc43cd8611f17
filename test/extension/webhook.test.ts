import {createServer, type Server} from 'node:http';
import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {tellWebhook} from '../../extension/webhook.ts';
import {editor} from '../helpers/editor/fakeVscode.ts';

const message = {run: 'digits-1', kind: 'alert', text: 'digits-1, expert-0: the loss has jumped.'} as const;

describe('the webhook', () => {
  let server: Server;
  let status = 200;
  const got: {method: string | undefined; body: string}[] = [];
  const warned: string[] = [];
  const log = {warn: (text: string) => void warned.push(text)};

  beforeEach(async () => {
    editor.reset();
    got.length = 0;
    warned.length = 0;
    status = 200;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        got.push({method: request.method, body});
        response.writeHead(status, status === 302 ? {location: 'http://elsewhere.test/'} : {}).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());

  const here = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-token`;

  it('gets the name of the run and one sentence', async () => {
    editor.settings.set('deme.webhook', here());
    await tellWebhook(message, log);
    expect(got).toEqual([{method: 'POST', body: JSON.stringify(message)}]);
    expect(warned).toEqual([]);
  });

  it('is not there unless it is set', async () => {
    await tellWebhook(message, log);
    expect([got, warned]).toEqual([[], []]);
  });

  it.each([
    ['refuses', 500, 'it answered 500'],
    ['sends elsewhere', 302, 'the connection failed'],
  ])('that %s is logged without its address', async (_, answer, reason) => {
    status = answer;
    editor.settings.set('deme.webhook', here());
    await tellWebhook(message, log);
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain(reason);
    expect(warned[0]).not.toContain('secret-token');
  });

  it.each(['http://example.org/hook', 'file:///etc/passwd', 'no address'])('is not %s', async (address) => {
    editor.settings.set('deme.webhook', address);
    await tellWebhook(message, log);
    expect(warned[0]).toContain('must begin with https://');
  });
});
