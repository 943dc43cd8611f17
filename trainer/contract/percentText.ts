/** `42 %`: how far something is that is not done. Never 100: what has made all of its steps may still have to write them down. */
export function percentText(share: number): string {
  return `${Math.min(99, Math.floor(100 * share))} %`;
}
