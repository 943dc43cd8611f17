/** Below this, in seconds, handing an update over takes about as long as drawing it. */
const least = 2e-3;
/** Of an update, for the start of a thread to be worth its memory. */
const leastShare = 0.02;

/**
 * Whether drawing the updates of a training in a thread of its own saves time.
 *
 * @param draws seconds that drawing took for a few updates
 * @param rests seconds of these updates besides; the first one also prepares the engine, so the shortest counts
 */
export function threadPays(draws: readonly number[], rests: readonly number[]): boolean {
  const draw = [...draws].sort((a, b) => a - b)[Math.floor(draws.length / 2)] ?? 0;
  return draw >= least && draw >= leastShare * Math.min(...rests);
}
