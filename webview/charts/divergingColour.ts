/** Red, green and blue at -1, 0 and 1: apart for every kind of colour vision. */
const ends = [
  [179, 88, 6],
  [247, 247, 247],
  [33, 102, 172],
] as const;

/** The colour of a share of a scale from -1 to 1: orange below 0, blue above. */
export function divergingColour(share: number): readonly [red: number, green: number, blue: number] {
  const size = Math.min(1, Math.abs(share));
  const [middle, end] = [ends[1], share < 0 ? ends[0] : ends[2]];
  const channel = (i: 0 | 1 | 2) => Math.round(middle[i] + size * (end[i] - middle[i]));
  return [channel(0), channel(1), channel(2)];
}
