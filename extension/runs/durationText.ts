/** `under a minute left`, `3 min left`, `2 h 5 min left`: an estimate for reading, no finer than it can be trusted. */
export function timeLeftText(seconds: number): string {
  return `${durationText(seconds)} left`;
}

/** `under a minute`, `3 min`, `2 h 5 min`, `3 days 4 h` */
export function durationText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 45) return 'under a minute';
  if (minutes < 60) return `${Math.max(1, minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(`${hours} h`, minutes % 60, 'min');
  return joined(`${Math.floor(hours / 24)} days`, hours % 24, 'h');
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago` */
export function agoText(seconds: number): string {
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

function joined(large: string, small: number, unit: string): string {
  return small === 0 ? large : `${large} ${small} ${unit}`;
}
