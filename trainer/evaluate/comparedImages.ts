/** Images of both sides together whose features are compared with each other; twice as many take four times as long. */
export const mostCompared = 120_000;

/** Neighbours of an image by which precision and recall are measured, as in `deme score`. */
export const comparedNeighbours = 3;

/** Whether precision and recall are measured for so many images on each side. */
export function areCompared(own: number, real: number): boolean {
  return Math.min(own, real) > comparedNeighbours && own + real <= mostCompared;
}
