import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';

/** What is answered to a request of a page. */
export interface PageFile {
  readonly body: Buffer | string;
  readonly contentType: string;
}

/** Serves a page and the messages to it over the network of this machine: what goes through the browser's debugger costs both sides many times as much. */
export class PageServer {
  readonly #messages = new Map<string, Buffer>();
  readonly #server: Server;
  #next = 0;

  private constructor(file: (path: string, origin: string) => Promise<PageFile | null>) {
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://page').pathname);
      const messages = this.#messages.get(path);
      this.#messages.delete(path);
      const answer = messages
        ? Promise.resolve({body: messages, contentType: 'application/octet-stream'})
        : file(path, this.origin);
      void answer.then((found) => {
        response.writeHead(found === null ? 404 : 200, {'content-type': found?.contentType ?? 'text/plain'});
        response.end(found?.body ?? '');
      });
    });
  }

  /** `file` answers all requests but those for messages. */
  static async start(file: (path: string, origin: string) => Promise<PageFile | null>): Promise<PageServer> {
    const server = new PageServer(file);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The path under which a page finds these messages once; `readMessages` reads them there. */
  add(messages: readonly unknown[]): string {
    const path = `/messages/${this.#next++}`;
    this.#messages.set(path, packed(messages));
    return path;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const headBytes = 8;

/** The length of a JSON text, that text, and the numbers of its typed arrays, of which the text has the place: `{numbers: [first, end]}`. */
function packed(messages: readonly unknown[]): Buffer {
  const numbers: Float64Array[] = [];
  let count = 0;
  const text = JSON.stringify(messages, (_, value: unknown) => {
    if (!(value instanceof Float64Array)) return value;
    numbers.push(value);
    count += value.length;
    return {numbers: [count - value.length, count]};
  });
  const json = Buffer.from(text.padEnd(text.length + headBytes));
  const whole = json.subarray(0, json.length - (json.length % headBytes));
  const head = Buffer.alloc(headBytes);
  head.writeDoubleLE(whole.length);
  const arrays = numbers.map(({buffer, byteOffset, byteLength}) => Buffer.from(buffer, byteOffset, byteLength));
  return Buffer.concat([head, whole, ...arrays]);
}

/** Runs in the page: reads messages, and posts them to it if they are for it. */
export async function readMessages([path, isPosted]: readonly [path: string, isPosted: boolean]): Promise<void> {
  const buffer = await (await fetch(path)).arrayBuffer();
  const [length = 0] = new Float64Array(buffer, 0, 1);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 8, length));
  type Change = {bins: {numbers: [number, number]} | Float64Array};
  const messages = JSON.parse(text) as {curves?: Change[]; heatMaps?: Change[]}[];
  for (const message of messages) {
    for (const change of message.curves ?? message.heatMaps ?? []) {
      if (change.bins instanceof Float64Array) continue;
      const [first, end] = change.bins.numbers;
      change.bins = new Float64Array(buffer, 8 + length + 8 * first, end - first).slice();
    }
    if (isPosted) window.postMessage(message, '*');
  }
}
