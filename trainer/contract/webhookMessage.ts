import * as z from 'zod';

/** What the webhook of an editor is sent, as JSON. */
export const WebhookMessage = z.strictObject({
  /** Name of the run. */
  run: z.string(),
  kind: z.enum(['done', 'failed', 'lost', 'alert']),
  /** One sentence for people. */
  text: z.string(),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;
