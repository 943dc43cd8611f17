/**
 * Seconds of a time limit as sbatch takes it: `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes` or
 * `days-hours:minutes:seconds` (man sbatch, --time). Infinity for none; null for what is no time, which Slurm may refuse.
 */
export function slurmSeconds(text: string): number | null {
  const given = text.trim();
  if (/^(?:-1|0+|infinite|unlimited)$/i.test(given)) return Infinity;
  const found = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(given);
  if (found === null) return null;
  const [, days, ...rest] = found;
  const [first = 0, second = 0, third = 0] = rest.map((part) => Number(part ?? 0));
  if (days !== undefined) return 86_400 * Number(days) + 3600 * first + 60 * second + third;
  return rest[2] === undefined ? 60 * first + second : 3600 * first + 60 * second + third;
}

/** A duration as sbatch takes it and people read it: `01:04:00`, `1-00:00:00`. */
export function slurmTimeText(seconds: number): string {
  const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
  const parts = [rest / 3600, (rest % 3600) / 60, rest % 60].map((part) => String(Math.floor(part)).padStart(2, '0'));
  return `${days > 0 ? `${days}-` : ''}${parts.join(':')}`;
}
