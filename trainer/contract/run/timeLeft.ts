import * as z from 'zod';
import {durationText, timeLeftText} from '../durationText.ts';

/** Seconds that a run still takes: as is likely, and between what it will probably be. */
export const TimeLeft = z.strictObject({
  seconds: z.number().min(0),
  low: z.number().min(0),
  high: z.number().min(0),
});
export type TimeLeft = z.infer<typeof TimeLeft>;

/** An estimate as far as it can be trusted: `3 min left`, or `3 to 9 min left` as long as little is known. */
export function estimateText({seconds, low, high}: TimeLeft): string {
  if (high < 60 || high < 1.5 * low) return timeLeftText(seconds);
  const [from, to] = [durationText(Math.max(low, 1)), durationText(high)];
  const [, number, unit] = /^(\d+) (\D+)$/.exec(from) ?? [];
  return `${unit && /^\d+ (\D+)$/.exec(to)?.[1] === unit ? number : from} to ${to} left`;
}
