import {setTimeout as sleep} from 'node:timers/promises';
import {UserError} from '../../contract/errors.ts';
import {refuseJson, defaultLimits} from '../files/jsonLimits.ts';

export interface RequestSettings {
  readonly headers: Record<string, string>;
  /** First pause before another attempt in milliseconds; it doubles each time. */
  readonly retryDelay: number;
  /** Milliseconds without a byte after which a connection counts as broken. */
  readonly silence: number;
}

/** An answer or a broken connection after which another attempt may succeed. */
export class TransientError extends Error {}

const attempts = 5;

/** GET with retries; a `UserError` for answers that another attempt would not change. */
export async function requestJson(url: string, settings: RequestSettings): Promise<unknown> {
  return withRetries(settings.retryDelay, async () => {
    const text = await whileAlive(settings.silence, async (watch) => {
      return readAnswer(await request(url, settings.headers, watch), url, watch);
    });
    const refusal = refuseJson(text, defaultLimits);
    if (refusal !== undefined) throw new UserError('hub-answer', `The answer is not read: ${refusal}.`, {where: url});
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new UserError('hub-answer', 'The answer is not JSON, so this is no hub.', {where: url, cause});
    }
  });
}

/** The text of an answer, unless it goes on for ever. */
async function readAnswer({body}: Response, url: string, watch: SilenceWatch): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      watch.heard();
      length += chunk.length;
      if (length > defaultLimits.bytes) {
        throw new UserError('hub-answer', `The answer has more than ${defaultLimits.bytes} bytes.`, {where: url});
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new TransientError(`The connection to ${url} broke: ${causeOf(cause)}`, {cause});
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Ends a request on whose connection nothing is heard any more. */
export interface SilenceWatch {
  readonly signal: AbortSignal;
  heard(): void;
}

/** Carries out a request that is given up, with a `TransientError`, after so many milliseconds without a sign of life. */
export async function whileAlive<T>(silence: number, act: (watch: SilenceWatch) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const giveUp = () => stop.abort(new Error(`nothing was heard for ${silence / 1000} seconds`));
  const timer = setTimeout(giveUp, silence);
  try {
    return await act({signal: stop.signal, heard: () => void timer.refresh()});
  } finally {
    clearTimeout(timer);
  }
}

/** Repeats what fails with a `TransientError`, with growing pauses. */
export async function withRetries<T>(firstDelay: number, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (failures === attempts) {
        const hint = 'What was downloaded is kept; fetch again to go on.';
        throw new UserError('hub-unreachable', `${error.message} (${attempts} attempts).`, {hint, cause: error.cause});
      }
      await sleep(firstDelay * 2 ** (failures - 1));
    }
  }
}

/** One GET; the response is a success or says that the range is not available (416). */
export async function request(
  url: string,
  headers: Record<string, string>,
  {signal, heard}: SilenceWatch,
): Promise<Response> {
  requireWebAddress(url);
  let response: Response;
  try {
    response = await fetch(url, {headers, signal});
    heard();
  } catch (cause) {
    throw new TransientError(`No connection to ${url}: ${causeOf(cause)}`, {cause});
  }
  if (response.ok || response.status === 416) return response;
  await response.body?.cancel();
  throw explainStatus(response.status, url);
}

/** Throws a UserError for what is no address of a server, which no other attempt would change. */
function requireWebAddress(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new UserError('name-invalid', `'${url}' is no address of a file on a server.`, {
    hint: 'It begins with https:// or http://.',
  });
}

function explainStatus(status: number, where: string): Error {
  if (status === 429 || status >= 500) return new TransientError(`The hub answers with status ${status} for ${where}`);
  if (status === 401 || status === 403) {
    return new UserError(
      'hub-refused',
      `The server refuses access (status ${status}): what is there is private, gated, or not there.`,
      {
        where,
        hint: 'Check the name or the address. On a hub, accept the terms of the repository, or set HF_TOKEN.',
      },
    );
  }
  if (status === 404)
    return new UserError('hub-missing', 'The server has no such repository, revision or file.', {where});
  return new UserError('hub-answer', `The hub answers with status ${status}.`, {where});
}

/** The text of an error; `fetch` hides what happened behind 'fetch failed'. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
