/** What is known of a duration: `doubt` is by what share it may be longer or shorter. */
export interface Estimate {
  readonly seconds: number;
  readonly doubt: number;
}

/** By where the duration of a stage comes from that counts nothing: this run, an earlier one, nowhere. */
export const stageDoubts = {measured: 0.15, earlier: 0.3, unseen: 0.6} as const;
/** Share of what a stage without effort counts from which that tells its pace. */
const tellingShare = 0.1;

/** What takes longer than it should goes on for about as long as it is late. */
export function restOfLate(whole: Estimate | null, elapsed: number): Estimate | null {
  if (whole === null || elapsed < whole.seconds) return whole && {...whole, seconds: whole.seconds - elapsed};
  return {seconds: Math.max(1, elapsed - whole.seconds), doubt: stageDoubts.unseen};
}

/** By how much of what it counts is done, once that tells its pace. */
export function restOfUncounted(whole: Estimate, elapsed: number, share: number): Estimate | null {
  if (share < tellingShare) return restOfLate(whole, elapsed);
  return {seconds: (elapsed * (1 - share)) / share, doubt: stageDoubts.earlier};
}

/** One after the other. */
export function together(parts: readonly Estimate[]): Estimate {
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  const doubtful = parts.reduce((sum, part) => sum + part.seconds * part.doubt, 0);
  return {seconds, doubt: seconds > 0 ? doubtful / seconds : 0};
}
