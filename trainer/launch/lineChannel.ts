import {Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import type {OwnerMessage} from '../contract/run/ownerMessages.ts';

/**
 * The file descriptor of the channel between a starter and the process that owns a run. JSON lines over a pipe of our own: Node's IPC
 * throws outside of every handler when a line is no JSON, which the editor's extension host must not suffer.
 */
export const channelDescriptor = 3;

/** The owner's end. Nothing here throws or waits when the other end is gone or does not read. */
export interface OwnerChannel {
  /** The request; null when the channel ends before a whole line. */
  readonly firstLine: Promise<string | null>;
  /** Resolves when the other end is gone. */
  readonly closed: Promise<void>;
  send(message: OwnerMessage): void;
  /** Resolves when all that was sent has left, or after two seconds. */
  close(): Promise<void>;
}

/** Events beyond that many unread bytes are dropped: they are in the event log too. */
const unreadLimit = 4 * 2 ** 20;
const closePatience = 2000;

/** Opens the owner's end. */
export function ownerChannel(
  socket: Duplex = new Socket({fd: channelDescriptor, readable: true, writable: true}),
): OwnerChannel {
  socket.on('error', () => socket.destroy()); // EPIPE: the other end was closed.
  return {
    firstLine: firstLineOf(socket),
    closed: new Promise((resolve) => socket.on('end', resolve).on('close', resolve)),
    send(message) {
      if (!socket.writable || (message.type === 'event' && socket.writableLength > unreadLimit)) return;
      socket.write(`${JSON.stringify(message)}\n`);
    },
    close: () => endSocket(socket),
  };
}

/** Calls `onLine` for every whole line of a stream until it is destroyed, and `onOverflow` when a line is longer than `limit`. */
export function readLines(stream: Duplex, limit: number, onLine: (line: string) => void, onOverflow: () => void): void {
  let parts: string[] = [];
  let length = 0;
  const begin = (part: string) => {
    parts = [part];
    length = part.length;
  };
  // Only what is new is searched: a line may come in a thousand pieces.
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const [first = '', ...others] = chunk.split('\n');
    parts.push(first);
    length += first.length;
    for (const other of others) {
      if (stream.destroyed) return;
      const line = parts.join('');
      begin(other);
      onLine(line);
    }
    if (length > limit && !stream.destroyed) onOverflow();
  });
}

const requestLimit = 2 ** 20;

function firstLineOf(socket: Duplex): Promise<string | null> {
  return new Promise((resolve) => {
    const none = () => resolve(null);
    readLines(socket, requestLimit, resolve, none);
    socket.on('end', none).on('close', none);
  });
}

function endSocket(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    setTimeout(resolve, closePatience).unref();
    socket.on('close', resolve).end(() => resolve());
  });
}
