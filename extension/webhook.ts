import {WebhookMessage} from '../trainer/contract/webhookMessage.ts';
import type {Log} from './log.ts';
import {settings} from './settings.ts';

/** Milliseconds after which it is given up. */
const patience = 10_000;

/** Tells the address of the setting `deme.webhook`, if there is one. What goes wrong is logged: a run must not suffer from it. */
export async function tellWebhook(message: WebhookMessage, log: Pick<Log, 'warn'>): Promise<void> {
  const address = settings.webhook();
  if (address === null) return;
  const fault = await post(address, message).catch((error: unknown) => reasonOf(error));
  if (fault !== null) log.warn(`The webhook (deme.webhook) was not told of ${message.run}: ${fault}.`);
}

/** What went wrong; null for nothing. The address may hold a secret, and is in no message. */
async function post(address: string, message: WebhookMessage): Promise<string | null> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isHere = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1';
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)))
    return 'its address must begin with https://';
  const response = await fetch(url, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(WebhookMessage.parse(message)),
    signal: AbortSignal.timeout(patience),
    redirect: 'error',
  });
  await response.body?.cancel();
  return response.ok ? null : `it answered ${response.status}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `it gave no answer within ${patience / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as {code?: unknown}).code;
  return typeof code === 'string' ? `the connection failed (${code})` : 'the connection failed';
}
