import {createHash} from 'node:crypto';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';

type Handler = (request: IncomingMessage, response: ServerResponse, content: Buffer | undefined) => boolean;

export interface HubServer {
  readonly endpoint: string;
  /** `METHOD path range` of each request. */
  readonly requests: string[];
}

export const commit = 'c'.repeat(40);

/** A hub on localhost with the model `owner/tiny`. `handle` may answer a request itself and then returns true; `info` is what else the hub says of it. */
export async function hubServer(
  files: Record<string, Buffer>,
  handle: Handler = () => false,
  siblings = listFiles(files),
  info: object = {},
): Promise<HubServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    const name = request.url?.split(`/owner/tiny/resolve/${commit}/`)[1];
    const content = name === undefined ? undefined : files[name];
    if (handle(request, response, content)) return;
    if (request.url?.startsWith('/api/models/owner/tiny/revision/'))
      return void response.end(JSON.stringify({sha: commit, siblings, ...info}));
    if (content === undefined) return void response.writeHead(404).end();
    sendRange(request, response, content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests};
}

/** What the hub lists: large files with their SHA-256, small ones with Git's hash only. */
export function listFiles(files: Record<string, Buffer>): object[] {
  return Object.entries(files).map(([rfilename, content]) => {
    const blobId = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    const large = content.length > 10_000;
    const lfs = {sha256: createHash('sha256').update(content).digest('hex'), size: content.length, pointerSize: 134};
    return {rfilename, size: content.length, blobId: large ? '0'.repeat(40) : blobId, ...(large ? {lfs} : {})};
  });
}

function sendRange(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start === 0) return void response.writeHead(200).end(content);
  response.writeHead(206, {'content-range': `bytes ${start}-${content.length - 1}/${content.length}`});
  response.end(content.subarray(start));
}
