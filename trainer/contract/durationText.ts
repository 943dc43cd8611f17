import type {TimeLeft} from './timeLeft.ts';

/** `45 s`, `3 min`, `2 h 5 min`, `3 days 4 h` */
export function durationText(seconds: number): string {
  return seconds < 90 ? `${Math.max(0, Math.ceil(seconds))} s` : minutesText(Math.round(seconds / 60));
}

/** `under a minute left`, `3 min left`, `2 h 5 min left`: an estimate for reading, no finer than it can be trusted. */
export function timeLeftText(seconds: number): string {
  return `${seconds < 45 ? 'under a minute' : minutesText(Math.max(1, Math.round(seconds / 60)))} left`;
}

/** An estimate as far as it can be trusted: `3 min left`, or `3 to 9 min left` as long as little is known. */
export function estimatedLeftText({seconds, low, high}: TimeLeft): string {
  if (high < 60 || high < 1.5 * low) return timeLeftText(seconds);
  const [from, to] = [durationText(Math.max(low, 1)), durationText(high)];
  if (from === to) return timeLeftText(seconds);
  const [, number, unit] = /^(\d+) (\D+)$/.exec(from) ?? [];
  return `${unit && /^\d+ (\D+)$/.exec(to)?.[1] === unit ? number : from} to ${to} left`;
}

/** `12 s`, `5 min`, `3 h`, `2 days`: the whole units that have passed. */
export function ageText(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago` */
export function agoText(seconds: number): string {
  return seconds < 60 ? 'just now' : `${ageText(seconds)} ago`;
}

function minutesText(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(`${hours} h`, minutes % 60, 'min');
  return joined(`${Math.floor(hours / 24)} days`, hours % 24, 'h');
}

function joined(large: string, small: number, unit: string): string {
  return small === 0 ? large : `${large} ${small} ${unit}`;
}
