import {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import type {PreviewNews} from '../contract/panel/preview.ts';
import {channelDescriptor, readLines} from './lineChannel.ts';

/** The end of a preview's channel that its process holds: JSON lines both ways. */
export interface PreviewChannel {
  say(news: PreviewNews): void;
  /** Resolves when the other end is closed. */
  readonly closed: Promise<void>;
}

/** An order with all that it may hold is far smaller. */
const orderLimit = 2 ** 20;

/** Opens the channel; `onLine` receives each line of the starter. A line without an end closes it. */
export function previewChannel(
  onLine: (line: string) => void,
  socket: Duplex = new Socket({fd: channelDescriptor, readable: true, writable: true}),
): PreviewChannel {
  socket.on('error', () => socket.destroy()); // EPIPE: the other end was closed.
  readLines(socket, orderLimit, onLine, () => socket.destroy());
  return {
    say(news) {
      if (socket.writable) socket.write(`${JSON.stringify(news)}\n`);
    },
    closed: new Promise((resolve) => socket.on('end', resolve).on('close', resolve)),
  };
}
